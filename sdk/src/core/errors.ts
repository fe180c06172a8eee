/**
 * Every failure a person can meet carries one of these codes. The code fixes how it is shown: an HTTP status on the
 * server and an exit code on the command line (`error-codes.ts`), a quiet fallback in the storefront.
 */
export type ErrorCode =
  | 'bad_input' // a file, a field or an argument is not what it must be
  | 'bad_usage' // a command or call used wrongly
  | 'bad_config' // an environment variable or option is missing or malformed
  | 'unauthorized' // no valid proof of who is asking
  | 'forbidden' // known, but not allowed
  | 'not_found'
  | 'conflict' // the request contradicts what is stored
  | 'too_large'
  | 'rate_limited'
  | 'not_enough_data' // too few orders or products to train or evaluate
  | 'not_better' // the gate before publishing: the candidate does not beat its baseline
  | 'artifact_corrupt' // cut short, bit-flipped, or not an artifact
  | 'artifact_version' // a format version this code does not read
  | 'artifact_shop' // made for another shop
  | 'artifact_signature' // not signed by the shop's key
  | 'upstream' // the shop's API or the network failed
  | 'cancelled'
  | 'internal';

/** Where the documentation explains each code. */
export const DOCS_URL = 'https://vitrine.example/docs/errors';

/**
 * The one error class.
 *
 * `message` is one line for a person: what is wrong, where, and what to do next. It never holds a token, an address or
 * any other personal data.
 *
 * @example
 * throw new VitrineError('bad_input', 'orders.csv, line 7: "12/13/14" is not a date. Use 2024-12-13 or pass --dates dmy.');
 */
export class VitrineError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'VitrineError';
    this.code = code;
  }

  /** Address of the page that explains the code. */
  get docsUrl(): string {
    return `${DOCS_URL}#${this.code}`;
  }
}
