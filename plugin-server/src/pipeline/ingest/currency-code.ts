import { VitrineError } from '@vitrine/sdk/core';
import { shorten } from './read-csv.ts';

/**
 * Reads a cell of a currency column; '' where it is empty.
 *
 * @throws VitrineError `bad_input` with the line, when it is no code such as GBP
 */
export function currencyCode(text: string, file: string, line: number): string {
  const code = text.trim().toUpperCase();
  if (code !== '' && !/^[A-Z]{3}$/.test(code)) {
    throw new VitrineError('bad_input', `${file}, line ${line}: "${shorten(text, 20)}" is not a currency code such as GBP. Leave the column out with --map currency= and say --currency GBP.`);
  }
  return code;
}
