import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VitrineError } from '@vitrine/sdk/core';

const SOURCES = fileURLToPath(new URL('./kernels/', import.meta.url));

/** With relaxed SIMD a multiplication and an addition are one instruction; engines before 2023 know only the other. */
export const BUILDS = ['simd', 'relaxed-simd'] as const;
export type Build = (typeof BUILDS)[number];

/** Name of a compiled file; it changes with the sources. */
export function kernelFile(build: Build): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(SOURCES).sort()) if (name.endsWith('.ts')) hash.update(readFileSync(join(SOURCES, name)));
  return `train-${build}-${hash.digest('hex').slice(0, 12)}.wasm`;
}

/**
 * Compiles the kernels from AssemblyScript, both builds, into `folder`, and removes those of earlier sources. Takes a few
 * seconds.
 * @returns the files written
 * @throws VitrineError `bad_config` without the AssemblyScript compiler; `internal` when the sources have an error
 */
export async function compileKernels(folder: string): Promise<string[]> {
  const asc = await import('assemblyscript/asc').catch((cause) => {
    throw new VitrineError('bad_config', 'The SIMD trainer is not compiled, and the AssemblyScript compiler is not installed. Run npm install with development packages, then npm run build.', { cause });
  });
  mkdirSync(folder, { recursive: true });
  const files: string[] = [];
  for (const build of BUILDS) {
    let bytes: Uint8Array | undefined;
    const { error, stderr } = await asc.main([
      'index.ts', '--outFile', 'kernels.wasm', '-O3', '--converge', '--noAssert', '--runtime', 'stub',
      '--importMemory', '--noExportMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536',
      '--enable', 'simd', '--enable', 'threads', ...(build === 'simd' ? [] : ['--enable', build]),
    ], {
      // The compiler appends ".ts" to a relative import; ours, like all in this repository, have it already.
      readFile: (name) => {
        try {
          return readFileSync(join(SOURCES, name.replace(/\.ts\.ts$/, '.ts')), 'utf8');
        } catch {
          return null;
        }
      },
      writeFile: (_, contents) => { bytes = contents as Uint8Array; },
    });
    if (error || !bytes) throw new VitrineError('internal', `The training kernels do not compile: ${stderr.toString().split('\n')[0] || error?.message}`, { cause: error ?? undefined });
    const path = join(folder, kernelFile(build));
    writeFileSync(`${path}.${process.pid}.part`, bytes);
    renameSync(`${path}.${process.pid}.part`, path);
    files.push(path);
  }
  const current = BUILDS.map(kernelFile);
  for (const name of readdirSync(folder)) if (/^train-.*\.wasm$/.test(name) && !current.includes(name)) rmSync(join(folder, name), { force: true });
  return files;
}
