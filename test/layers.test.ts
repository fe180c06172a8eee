import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importsOf, importViolations, layerOf, vocabularyViolations } from './import-table.ts';
import { readSources } from './source-files.ts';

const sources = readSources(/^(sdk|widgets|plugin-server|test)\/.*\.(ts|mjs|js)$/);

test('every import is allowed by the table in docs/architecture.md', () => {
  assert.ok(sources.size > 50, 'the scan found the sources');
  assert.deepEqual(importViolations(sources), []);
});

test('SQL stays in store/, @shopify packages in shopify/', () => {
  assert.deepEqual(vocabularyViolations(sources), []);
});

test('project references draw the same layers', () => {
  const read = (path: string) => JSON.parse([...readSources(new RegExp(`^${path}tsconfig\\.json$`)).values()][0]) as {
    references: { path: string }[];
    compilerOptions: { lib: string[]; types: string[] };
  };
  const references = (path: string) => read(path).references.map((reference) => reference.path);
  assert.deepEqual(references(''), ['sdk/src/core', 'sdk', 'widgets', 'plugin-server', 'plugin-server/dashboard', 'plugin-server/extensions/web-pixel', 'test']);
  assert.deepEqual(references('sdk/src/core/'), []);
  assert.deepEqual(references('sdk/'), ['src/core']);
  assert.deepEqual(references('widgets/'), ['../sdk']);
  assert.deepEqual(references('plugin-server/'), ['../sdk/src/core']);
  assert.deepEqual(references('plugin-server/dashboard/'), ['..']);
  assert.deepEqual(references('plugin-server/extensions/web-pixel/'), ['../../../sdk/src/core']);
  const { lib, types } = read('sdk/src/core/').compilerOptions;
  assert.deepEqual({ lib, types }, { lib: ['ES2024'], types: [] }, 'core compiles with neither DOM nor Node');
  assert.deepEqual(read('plugin-server/').compilerOptions.lib, ['ES2024'], 'the server compiles without DOM');
  assert.deepEqual(read('plugin-server/extensions/web-pixel/').compilerOptions, { ...read('plugin-server/extensions/web-pixel/').compilerOptions, lib: ['ES2024', 'WebWorker'], types: [] }, 'the pixel compiles without DOM');
  assert.deepEqual(read('widgets/').compilerOptions.types, [], 'widgets compile without Node');
});

test('finds each form of import, and none in comments', () => {
  const source = [
    "import a, { b } from './value.ts';", "import type { C } from './type.ts';", "import { type D, type E } from './inline-types.ts';",
    "import { type F, g } from './mixed.ts';", "import './side-effect.ts';", "export { h } from './re-export.ts';", "export * from './star.ts';",
    "export type * from './type-star.ts';", 'import {', '  i,', "} from './lines.ts';", "const j = await import('./lazy.ts');",
    "type K = import('./type-query.ts').K;", "new Worker(new URL('./worker.ts', import.meta.url));", "app.use('/api/*', guard);", "const l = require('./required.ts');",
    "// import m from './comment.ts';", "/** import n from './doc.ts'; */", "const from = 'not an import';",
  ].join('\n');
  assert.deepEqual(Object.fromEntries(importsOf(source).map(({ specifier, mode }) => [specifier.slice(2, -3), mode])), {
    'value': 'value', 'type': 'type', 'inline-types': 'type', 'mixed': 'value', 'side-effect': 'value', 're-export': 'value', 'star': 'value',
    'type-star': 'type', 'lines': 'value', 'lazy': 'lazy', 'type-query': 'type', 'worker': 'lazy', 'required': 'value',
  });
});

const check = (path: string, line: string) => importViolations(new Map([[path, line]]));

test('every forbidden import is caught', () => {
  const forbidden: [string, string][] = [
    ['sdk/src/core/artifact/a.ts', "import { readFile } from 'node:fs';"],
    ['sdk/src/core/artifact/a.ts', "import '@tensorflow/tfjs-backend-webgl';"],
    ['sdk/src/core/a.ts', "import { b } from '../engine/b.ts';"],
    ['sdk/src/core/a.ts', "import { b } from '@vitrine/sdk';"],
    ['sdk/src/engine/a.ts', "import { b } from '../client/b.ts';"],
    ['sdk/src/engine/a.ts', "import type { B } from '../client/b.ts';"],
    ['sdk/src/client/a.ts', "import { b } from '../engine/b.ts';"],
    ['sdk/src/client/a.ts', "export * from '../engine/b.ts';"],
    ['sdk/src/client/a.ts', "import { decodeArtifact } from '../core/artifact/decode.ts';"],
    ['sdk/src/client/a.ts', "import * as tf from '@tensorflow/tfjs-core';"],
    ['sdk/src/index.ts', "export * from './engine/b.ts';"],
    ['sdk/src/client/a.ts', "import { b } from '../../../plugin-server/src/app.ts';"],
    ['widgets/src/connectors/a.ts', "import { b } from '@vitrine/sdk/core';"],
    ['widgets/src/connectors/a.ts', "import { b } from '../../../sdk/src/index.ts';"],
    ['widgets/src/connectors/a.ts', "import { b } from '../ui/b.ts';"],
    ['widgets/src/ui/a.ts', "import { b } from '../connectors/b.ts';"],
    ['widgets/src/ui/a.ts', "import { b } from '@vitrine/sdk';"],
    ['widgets/src/elements/a.ts', "import { b } from '@vitrine/sdk';"],
    ['widgets/src/elements/a.ts', "import { b } from 'lit';"],
    ['plugin-server/src/services/a.ts', "import { b } from '@vitrine/sdk';"],
    ['plugin-server/src/services/a.ts', "import { b } from '@vitrine/widgets';"],
    ['plugin-server/src/services/a.ts', "import { b } from '../../../sdk/src/core/index.ts';"],
    ['plugin-server/src/services/a.ts', "import { b } from '../routes/b.ts';"],
    ['plugin-server/src/services/a.ts', "import { b } from '../jobs/b.ts';"],
    ['plugin-server/src/services/a.ts', "const b = await import('../routes/b.ts');"],
    ['plugin-server/src/services/a.ts', "import { shopifyApi } from '@shopify/shopify-api';"],
    ['plugin-server/src/services/a.ts', "import pg from 'pg';"],
    ['plugin-server/src/pipeline/train/a.ts', "import { b } from '../../services/b.ts';"],
    ['plugin-server/src/store/a.ts', "import { b } from '../shopify/b.ts';"],
    ['plugin-server/src/store/a.ts', "import type { B } from '../pipeline/run.ts';"],
    ['plugin-server/src/shopify/a.ts', "import { b } from '../store/b.ts';"],
    ['plugin-server/src/routes/a.ts', "import { b } from '../jobs/worker.ts';"],
    ['plugin-server/src/routes/a.ts', "import { b } from '../app.ts';"],
    ['plugin-server/src/context.ts', "import { b } from './store/b.ts';"],
    ['plugin-server/src/routes/a.ts', "import { b } from '../../../test/b.ts';"],
    ['plugin-server/src/routes/a.ts', "import { b } from './a.test.ts';"],
    ['plugin-server/src/cli.ts', "import express from 'express';"],
    ['plugin-server/dashboard/src/a.ts', "import { b } from '../../src/services/b.ts';"],
    ['plugin-server/dashboard/src/a.ts', "import { b } from '@vitrine/plugin-server';"],
    ['plugin-server/dashboard/src/a.ts', "import { b } from 'node:fs';"],
    ['plugin-server/extensions/web-pixel/src/a.ts', "import { b } from '@vitrine/sdk';"],
    ['plugin-server/extensions/web-pixel/src/a.ts', "import { b } from '@vitrine/sdk/core';"],
    ['plugin-server/extensions/web-pixel/src/a.ts', "import { b } from '@vitrine/sdk/core/models/recommendation/rank';"],
    ['plugin-server/extensions/web-pixel/src/a.ts', "import { b } from '@shopify/shopify-api';"],
    ['plugin-server/extensions/web-pixel/src/a.ts', "import { b } from '../../../src/config.ts';"],
  ];
  for (const [path, line] of forbidden) assert.equal(check(path, line).length, 1, `${path}: ${line}`);
});

test('what the table allows passes', () => {
  const allowed: [string, string][] = [
    ['sdk/src/core/models/recommendation/model.ts', "import * as tf from '@tensorflow/tfjs-core';"],
    ['sdk/src/core/events/a.ts', "import { b } from '../errors.ts';"],
    ['sdk/src/engine/a.ts', "import { b } from '../core/artifact/b.ts';"],
    ['sdk/src/client/a.ts', "import type { Artifact } from '../core/artifact/types.ts';"],
    ['sdk/src/client/a.ts', "import { validateEvent } from '../core/events/validate.ts';"],
    ['sdk/src/client/a.ts', "new Worker(new URL('../engine/worker.ts', import.meta.url));"],
    ['sdk/src/client/a.ts', "const b = await import('../engine/worker.ts');"],
    ['sdk/src/index.ts', "export * from './client/b.ts';"],
    ['widgets/src/connectors/a.ts', "import { b } from '@vitrine/sdk';"],
    ['widgets/src/ui/a.ts', "import type { B } from '../connectors/b.ts';"],
    ['widgets/src/elements/a.ts', "import { b } from '../connectors/b.ts';"],
    ['plugin-server/src/routes/a.ts', "import { b } from '../services/b.ts';"],
    ['plugin-server/src/services/a.ts', "import { b } from '../store/b.ts';"],
    ['plugin-server/src/services/a.ts', "import type { Context } from '../context.ts';"],
    ['plugin-server/src/store/a.ts', "import pg from 'pg';"],
    ['plugin-server/src/store/a.ts', "import type { B } from '../pipeline/types.ts';"],
    ['plugin-server/src/shopify/a.ts', "import '@shopify/shopify-api';"],
    ['plugin-server/src/pipeline/train/a.ts', "import { b } from '@vitrine/sdk/core/models/recommendation/loss';"],
    ['plugin-server/dashboard/src/a.ts', "import type { B } from '../../src/services/b.ts';"],
    ['plugin-server/extensions/web-pixel/src/a.ts', "import { b } from '@vitrine/sdk/core/events/validate';"],
    ['plugin-server/extensions/web-pixel/src/a.ts', "import { register } from '@shopify/web-pixels-extension';"],
    ['test/e2e/a.ts', "import { b } from '@vitrine/plugin-server';"],
  ];
  for (const [path, line] of allowed) assert.deepEqual(check(path, line), [], `${path}: ${line}`);
});

test('SQL and Shopify packages outside their folder are caught', () => {
  const caught = (path: string, line: string) => vocabularyViolations(new Map([[path, line]])).length;
  for (const line of ['const q = `SELECT a, b FROM orders `;', "db.query('x')", 'db.query<Row>(sql)', 'const q = "DELETE FROM orders WHERE a";', 'const q = "UPDATE shops SET a = 1";']) {
    assert.equal(caught('plugin-server/src/services/a.ts', line), 1, line);
    assert.equal(caught('plugin-server/src/store/a.ts', line), 0, line);
  }
  assert.equal(caught('plugin-server/src/routes/a.ts', "const name = '@shopify/shopify-api';"), 1);
  assert.equal(caught('plugin-server/src/shopify/a.ts', "const name = '@shopify/shopify-api';"), 0);
  assert.equal(caught('plugin-server/src/services/a.ts', '// SELECT a FROM b\nconst text = "select a product from the list";'), 0);
});

test('each file has a layer', () => {
  const layers = ['sdk', 'core', 'core/events', 'engine', 'client', 'connectors', 'server/routes', 'server/context', 'server', 'dashboard', 'web-pixel', 'test', 'test'];
  const paths = ['sdk/src/index.ts', 'sdk/src/core/artifact/a.ts', 'sdk/src/core/events/a.ts', 'sdk/src/engine/a.ts', 'sdk/src/client/a.ts', 'widgets/src/connectors/a.ts',
    'plugin-server/src/routes/a.ts', 'plugin-server/src/context.ts', 'plugin-server/src/cli.ts', 'plugin-server/dashboard/src/a.ts', 'plugin-server/extensions/web-pixel/src/a.ts', 'test/e2e/a.ts', 'sdk/src/core/a.test.ts'];
  assert.deepEqual(paths.map(layerOf), layers);
});
