import { existsSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

// TensorFlow.js publishes its gradients only as ES modules that name files without their extension, which Node does not
// resolve; the CommonJS bundle that Node would pick has no gradients at all. This hook resolves every tfjs package to
// its ES modules. It must run before the first import of tfjs in a thread: import this file first, the rest by `import()`.

// tfjs asks for node:util through a global `require`, as if it were CommonJS.
(globalThis as unknown as { require?: NodeJS.Require }).require ??= createRequire(import.meta.url);

registerHooks({
  resolve(specifier, context, next) {
    if (/^@tensorflow\/tfjs-[a-z-]+$/.test(specifier)) return next(`${specifier}/dist/index.js`, context);
    const fromTfjs = context.parentURL?.includes('/node_modules/@tensorflow/tfjs-') ?? false;
    if (fromTfjs && /^\.|^@tensorflow\//.test(specifier) && !specifier.endsWith('.js')) {
      if (!specifier.startsWith('.')) return next(`${specifier}.js`, context);
      const base = new URL(specifier, context.parentURL).href;
      const file = [`${base}.js`, `${base}/index.js`].find((candidate) => existsSync(fileURLToPath(candidate)));
      if (file) return next(file, context);
    }
    return next(specifier, context);
  },
});
