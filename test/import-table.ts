import { posix } from 'node:path';

/**
 * The import table of docs/architecture.md as a function: sources in, violations out. `layers.test.ts` runs it over the
 * repository, and over made-up files to prove that it can fail.
 */
export interface Import {
  readonly specifier: string;
  /** `type` vanishes before running; `lazy` is `import()` or a Worker's `new URL()`; `value` is everything else. */
  readonly mode: 'value' | 'type' | 'lazy';
}

/** What a layer may import, value imports unless said otherwise. Layers are named by their folder. */
interface Rule {
  /** Layers whose code may be imported. */
  readonly value?: readonly string[];
  /** Layers that may be imported by `import()` or Worker URL, in addition. */
  readonly lazy?: readonly string[];
  /** Layers whose types may be imported, in addition. */
  readonly type?: readonly string[];
  /** Packages, by name or name prefix ending in "*". */
  readonly packages?: readonly string[];
}

const EVERYTHING: Rule = { value: ['*'], packages: ['*'] };
/** Packages any part of the plugin server may use; `OWNERS` narrows some of them to one folder. */
const SERVER = [
  'node:*', 'hono*', '@hono/*', 'zod', 'csv-parse*', 'pg', 'pg-boss', '@electric-sql/*', '@shopify/*', '@tensorflow/*', 'uplot', 'webgpu', 'assemblyscript*',
];
/** The plugin server from bottom to top: each may import what stands below it, and the context. */
const below = (...value: string[]): Rule => ({ value: ['core', 'server/config', 'server/context', ...value], packages: SERVER, type: ['server/jobs', 'server/types'] });

const RULES: Readonly<Record<string, Rule>> = {
  'core': { packages: ['@tensorflow/tfjs-core*'] },
  'engine': { value: ['core'], packages: ['@tensorflow/tfjs-core*', '@tensorflow/tfjs-backend-*'] },
  'client': { value: ['core/events', 'core/lists', 'core/errors'], type: ['core', 'engine'], lazy: ['engine'] },
  'sdk': { value: ['client', 'core/events', 'core/errors'], type: ['core', 'engine'] },
  'connectors': { value: ['sdk'] },
  'ui': { type: ['connectors'] },
  'elements': { value: ['connectors', 'ui'] },
  'widgets': { value: ['connectors', 'ui', 'elements', 'sdk'] },
  'server/context': { type: ['server/config', 'server/store', 'server/jobs', 'core'] },
  'server/config': { value: ['core'], packages: SERVER },
  'server/types': { type: ['core'] },
  'server/shopify': below(),
  'server/store': below(),
  'server/pipeline': below('server/store', 'server/shopify'),
  'server/services': below('server/pipeline', 'server/store', 'server/shopify'),
  'server/jobs': below('server/services', 'server/pipeline', 'server/store', 'server/shopify'),
  'server/cli': below('server/services', 'server/pipeline', 'server/store', 'server/shopify'),
  'server/routes': below('server/services', 'server/pipeline', 'server/store', 'server/shopify'),
  // app.ts, serve.ts, cli.ts and what else stands directly in src/ put the parts together.
  'server': { value: ['core', 'server*'], packages: SERVER },
  'web-pixel': { value: ['core/events'], packages: ['@shopify/web-pixels-extension'] },
  'dashboard': { type: ['server*', 'core'], packages: ['uplot'] },
  'test': EVERYTHING,
};

/** Packages that one folder of the plugin server keeps to itself. */
const OWNERS: readonly [packages: string, layer: string][] = [
  ['@shopify/*', 'server/shopify'], ['pg', 'server/store'], ['@electric-sql/*', 'server/store'],
];

/** The layer a file belongs to; undefined outside the four workspaces. */
export function layerOf(path: string): string | undefined {
  if (/^(test|plugin-server\/bin)\//.test(path) || /\.test\.ts$/.test(path) || !path.includes('/')) return 'test';
  const [, workspace, rest] = /^(sdk|widgets|plugin-server)\/(?:src\/)?(.*)$/.exec(path) ?? [];
  const folder = rest?.includes('/') ? rest.split('/')[0] : '';
  if (workspace === 'sdk') {
    const part = /^core\/(events|lists|errors)\b/.exec(rest)?.[1];
    return part ? `core/${part}` : folder || 'sdk';
  }
  if (workspace === 'widgets') return folder || 'widgets';
  if (workspace !== 'plugin-server') return undefined;
  if (folder === 'dashboard') return 'dashboard';
  if (folder === 'extensions') return 'web-pixel'; // the theme's blocks are not TypeScript
  // What the stages hand on is everyone's vocabulary, store's too.
  if (rest === 'pipeline/types.ts') return 'server/types';
  if (/^(context|config)\.ts$/.test(rest)) return `server/${rest.slice(0, -3)}`;
  return folder ? `server/${folder}` : 'server';
}

/** A comment begins a line or follows a space: the "/*" in a route's pattern does not. */
const withoutComments = (source: string): string => source.replace(/(^|\s)\/\*[^]*?\*\//g, '$1').replace(/^\s*\/\/.*$/gm, '');

/** Every import of a source: static, re-export, type, dynamic, Worker URL. */
export function importsOf(source: string): Import[] {
  const code = withoutComments(source);
  const found: Import[] = [];
  for (const [, clause, specifier] of code.matchAll(/^[ \t]*(?:import|export)\b([^'"`;=]*?)\bfrom\s*['"]([^'"]+)['"]/gm)) {
    const named = /\{([^}]*)\}/.exec(clause)?.[1].split(',').map((name) => name.trim()).filter(Boolean) ?? [];
    const types = /^\s*type\b/.test(clause) || (/^\s*\{/.test(clause) && named.length > 0 && named.every((name) => name.startsWith('type ')));
    found.push({ specifier, mode: types ? 'type' : 'value' });
  }
  for (const [, specifier] of code.matchAll(/^[ \t]*import\s*['"]([^'"]+)['"]/gm)) found.push({ specifier, mode: 'value' });
  for (const [, use, specifier, member] of code.matchAll(/\b(import|require)\s*\(\s*['"`]([^'"`$]+)['"`][^)]*\)(\s*\.\s*[A-Z])?/g)) {
    found.push({ specifier, mode: use === 'require' ? 'value' : member ? 'type' : 'lazy' });
  }
  for (const [, specifier] of code.matchAll(/\bnew\s+URL\(\s*['"`](\.[^'"`$]+\.[jt]s)['"`]\s*,\s*import\.meta\.url/g)) {
    found.push({ specifier, mode: 'lazy' });
  }
  return found;
}

const matches = (patterns: readonly string[] = [], name: string): boolean =>
  patterns.some((pattern) => pattern === name || (pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1))));

/** A layer named in a rule stands for its parts too: `core` for `core/events`. */
const covers = (patterns: readonly string[] = [], layer: string): boolean =>
  matches(patterns, layer) || (layer.startsWith('core/') && patterns.includes('core'));

/** Layer behind a specifier of one of our own packages. */
function packageLayer(specifier: string): string | undefined {
  const [, name, rest] = /^@vitrine\/(sdk|widgets|plugin-server)\b\/?(.*)$/.exec(specifier) ?? [];
  if (name === 'sdk') return /^core\/(events|errors)\b/.exec(rest)?.[0] ?? (rest ? rest.split('/')[0] : 'sdk');
  return name === 'plugin-server' ? 'server' : name;
}

/** One line for each import that the table forbids. */
export function importViolations(sources: ReadonlyMap<string, string>): string[] {
  const violations: string[] = [];
  for (const [path, source] of sources) {
    const layer = layerOf(path);
    if (!layer) continue;
    const rule = RULES[layer] ?? RULES[layer.split('/')[0]];
    if (rule === EVERYTHING) continue;
    for (const { specifier, mode } of importsOf(source)) {
      const forbid = (why: string) => violations.push(`${path}: ${mode} import of "${specifier}": ${why}`);
      const relative = specifier.startsWith('.');
      const file = relative ? posix.join(posix.dirname(path), specifier) : '';
      const target = relative ? layerOf(file) : packageLayer(specifier);
      if (relative && file.split('/')[0] !== path.split('/')[0]) {
        forbid('another workspace is imported by its package name');
      } else if (!relative && !target) {
        const owner = OWNERS.find(([packages, folder]) => matches([packages], specifier) && folder !== layer && layer.startsWith('server'));
        if (!matches(rule.packages, specifier)) forbid(`${layer} may not use this package`);
        else if (owner) forbid(`only ${owner[1]} uses this package`);
      } else if (target === undefined || target === 'test') {
        forbid('tests and files outside the workspaces are not imported by sources');
      } else if (!mayImport(layer, rule, target, mode)) {
        forbid(`${layer} may not import ${target}${covers(rule.type, target) ? ' except its types' : ''}`);
      }
    }
  }
  return violations;
}

function mayImport(layer: string, rule: Rule, target: string, mode: Import['mode']): boolean {
  const own = layer.startsWith('core/') ? 'core' : layer;
  return (
    target === layer || covers([own], target) || covers(rule.value, target) ||
    (mode === 'type' && covers(rule.type, target)) || (mode === 'lazy' && covers(rule.lazy, target))
  );
}

const SQL = /\b(SELECT\s[^'"`]+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|INDEX)|ALTER\s+TABLE)\s|\bdb\.(query|exec)\s*[(<]/;

/** One line for each source that speaks SQL outside store/ or names a Shopify package outside shopify/. */
export function vocabularyViolations(sources: ReadonlyMap<string, string>): string[] {
  const violations: string[] = [];
  for (const [path, source] of sources) {
    const layer = layerOf(path);
    if (!layer || layer === 'test') continue;
    const code = withoutComments(source);
    if (layer !== 'server/store' && SQL.test(code)) violations.push(`${path}: SQL belongs in plugin-server/src/store`);
    if (layer !== 'server/shopify' && layer !== 'web-pixel' && /@shopify\//.test(code)) violations.push(`${path}: @shopify packages belong in plugin-server/src/shopify`);
  }
  return violations;
}
