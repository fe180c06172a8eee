import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Path of a file of the real data sets: in VITRINE_DATA, by default the folder `shared/data` beside the project. */
export function dataFile(name: string): string {
  const folder = process.env.VITRINE_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
  return `${folder}/${name}`;
}

/** For `test(name, { skip: dataMissing(name) }, …)`: false when the file is there, else one line. */
export function dataMissing(name: string): string | false {
  return existsSync(dataFile(name)) ? false : `Real data are absent: put ${name} into the folder VITRINE_DATA names.`;
}
