import { statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUILDS, compileKernels, kernelFile } from '../plugin-server/src/pipeline/train/simd/compile-kernels.ts';
import { KERNELS_FOLDER } from '../plugin-server/src/pipeline/train/simd/load-kernels.ts';

// Second half of `npm run build`: the training kernels. Does nothing when they are there and their sources unchanged.

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const paths = BUILDS.map((build) => join(KERNELS_FOLDER, kernelFile(build)));

try {
  if (!paths.every((path) => statSync(path, { throwIfNoEntry: false }))) await compileKernels(KERNELS_FOLDER);
  for (const path of paths) console.log(`${relative(join(ROOT, 'dist'), path).padEnd(44)} ${String(statSync(path).size).padStart(8)} B`);
} catch (error) {
  console.error(`build: ${(error as Error).message}`);
  process.exitCode = 1;
}
