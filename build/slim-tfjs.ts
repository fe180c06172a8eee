import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';


/** Where what tfjs's WebGL files take from the index of tfjs-core is kept. */
const HOMES: Readonly<Record<string, string>> = {
  env: `import { env } from '@tensorflow/tfjs-core/dist/environment.js';`,
  util: `import * as util from '@tensorflow/tfjs-core/dist/util_base.js';`,
};

/**
 * Keeps what is not used of tfjs out of a bundle. Its WebGL files import `env` and `util` from the index of tfjs-core;
 * `util` there is a namespace that is exported again, which no bundler can take apart, so that all of tfjs-core would come
 * along. Here they import from the files where those two are written.
 *
 * @throws Error from the build, should a tfjs file import something else from the index
 */
export const slimTfjs: Plugin = {
  name: 'slim-tfjs',
  setup(build) {
    build.onLoad({ filter: /tfjs-backend-webgl[\\/]dist[\\/]\w+\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source
        .replace(/\/\/# sourceMappingURL=.*/, '')
        .replace(/import \{ ([\w, ]+) \} from '@tensorflow\/tfjs-core';/g, (_, names: string) =>
          names.split(', ').map((name) => HOMES[name] ?? fail(path, name)).join(' '));
      return { contents, loader: 'js' };
    });
  },
};

function fail(path: string, name: string): never {
  throw new Error(`${path} imports ${name} from the index of tfjs-core: say in slim-tfjs.ts where it is written`);
}
