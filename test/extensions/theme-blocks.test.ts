import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { transform } from 'esbuild';
import { parse } from 'smol-toml';
import { WIDGETS } from '@vitrine/sdk/core';
import { VitrineRecommendations } from '@vitrine/widgets';
import { build } from '../../build.ts';
import { GEOMETRY, WIDE_GEOMETRY } from '../../widgets/src/ui/geometry.ts';
import { WIDGET_CSS } from '../../widgets/src/ui/styles.ts';
import { loadThemeCheck, THEME_BLOCKS } from './theme-check.ts';

// The theme app extension as the platform takes it: its limits, its linter, and markup that our element understands.

type Json = Record<string, any>;
const list = (folder: string) => readdirSync(join(THEME_BLOCKS, folder)).sort();
const read = (path: string) => readFileSync(join(THEME_BLOCKS, path), 'utf8');
const size = (path: string) => statSync(join(THEME_BLOCKS, path)).size;
const BLOCKS = list('blocks').map((file) => file.replace('.liquid', ''));
const schemaOf = (block: string) => JSON.parse(/\{% schema %\}([^]*)\{% endschema %\}/.exec(read(`blocks/${block}.liquid`))![1]) as Json;
/** Every leaf of a locale file by its path. */
const leaves = (value: Json, path = ''): [string, string][] => Object.entries(value).flatMap(([key, inner]) => (typeof inner === 'string' ? [[path + key, inner] as [string, string]] : leaves(inner, `${path}${key}.`)));
const locale = (name: string) => Object.fromEntries(leaves(JSON.parse(read(`locales/${name}`)) as Json));

before(() => build());

test('files lie in the platform\'s folders, are of its kinds and within its limits', () => {
  const kinds: Record<string, RegExp> = { assets: /\.(css|js|json|svg|png|jpe?g|wasm)$/, blocks: /\.liquid$/, snippets: /\.liquid$/, locales: /\.json$/ };
  assert.deepEqual(readdirSync(THEME_BLOCKS).sort(), [...Object.keys(kinds), 'shopify.extension.toml'].sort());
  let total = 0, liquid = 0;
  for (const [folder, kind] of Object.entries(kinds)) {
    for (const file of list(folder)) {
      assert.match(file, kind);
      assert.ok(statSync(join(THEME_BLOCKS, folder, file)).isFile(), 'no folders within folders');
      total += size(`${folder}/${file}`);
      if (extname(file) === '.liquid') liquid += size(`${folder}/${file}`);
      if (folder === 'locales') assert.ok(size(`locales/${file}`) <= 15_000, `${file}: 15 kB at most`);
    }
  }
  assert.ok(total <= 10_000_000, 'all files: 10 MB at most');
  assert.ok(liquid <= 100_000, 'Liquid: 100 kB at most');
  assert.ok(BLOCKS.length <= 30, 'blocks: 30 at most');
  assert.deepEqual({ ...parse(read('shopify.extension.toml')) }, { name: 'Vitrine', handle: 'vitrine-theme', type: 'theme' });
});

test('what a page loads by itself is 10 kB compressed at most', () => {
  assert.ok(gzipSync(read('assets/vitrine.js')).length <= 10_000);
  assert.ok(gzipSync(read('assets/vitrine.css')).length <= 10_000);
});

test('a block for every list and one embed, their settings in the form the theme editor takes', () => {
  assert.deepEqual(BLOCKS, [...WIDGETS, 'embed'].sort());
  const english = locale('en.default.schema.json');
  for (const block of BLOCKS) {
    const schema = schemaOf(block);
    assert.equal(schema.target, block === 'embed' ? 'head' : 'section');
    assert.deepEqual(Object.keys(schema).filter((key) => !['name', 'target', 'enabled_on', 'settings'].includes(key)), []);
    assert.ok(english[schema.name.slice(2)].length <= 25);
    const ids = schema.settings.flatMap(({ id }: Json) => id ?? []);
    assert.equal(new Set(ids).size, ids.length, `${block}: each setting has its own id`);
    for (const setting of schema.settings as Json[]) {
      if (setting.type === 'range') {
        const { min, max, step, default: value } = setting;
        assert.ok((max - min) / step <= 100 && (max - min) % step === 0 && (value - min) % step === 0 && value >= min && value <= max, `${block} ${setting.id}`);
      }
      if (setting.type === 'select') assert.ok(setting.options.some(({ value }: Json) => value === setting.default), `${block} ${setting.id}`);
      if (setting.type === 'color') assert.equal(setting.default, undefined, 'a colour that is not chosen is the theme\'s');
      assert.ok(setting.id === undefined || new RegExp(`settings\\.${setting.id}\\b`).test(read('snippets/vitrine-widget.liquid') + read(`blocks/${block}.liquid`)), `${block}: ${setting.id} is used`);
    }
    const liquid = read(`blocks/${block}.liquid`);
    if (block !== 'embed') assert.match(liquid, new RegExp(`kind: '${block}'`));
  }
});

test('every language has the keys of English, names that fit, and every key is used', () => {
  const files = list('locales');
  const codes = ['de', 'es', 'fr', 'ja', 'zh-CN', 'zh-TW'];
  assert.deepEqual(files, ['en.default', ...codes].flatMap((code) => [`${code}.json`, `${code}.schema.json`]).sort());
  for (const kind of ['json', 'schema.json']) {
    const english = locale(`en.default.${kind}`);
    for (const code of codes) {
      const own = locale(`${code}.${kind}`);
      assert.deepEqual(Object.keys(own), Object.keys(english), code);
      for (const [key, text] of Object.entries(own)) {
        if (key.startsWith('blocks.')) assert.ok(text.length <= 25, `${code} ${key}: 25 characters at most`);
        assert.equal(text, text.trim().normalize('NFC'));
        if (!['blocks.embed', 'settings.product.label', 'settings.ratio.portrait', 'settings.text_color.label'].includes(key)) assert.notEqual(text, english[key], `${code} ${key} is translated`);
      }
    }
  }
  const liquid = BLOCKS.map((block) => read(`blocks/${block}.liquid`)).join('');
  for (const key of Object.keys(locale('en.default.schema.json'))) assert.ok(liquid.includes(`"t:${key}"`), `${key} is used`);
});

test('the platform\'s linter finds nothing', { timeout: 120_000 }, async () => {
  const { themeCheckRun } = await loadThemeCheck();
  const run = async (config: string) => (await themeCheckRun(THEME_BLOCKS, config)).offenses.map(({ check, uri, message }) => `${check} ${uri.split('/').slice(-2).join('/')}: ${message}`);
  assert.deepEqual(await run('theme-check:theme-app-extension'), []);
  // Its check of settings knows the blocks of themes alone; those have neither target nor enabled_on.
  const settings = (await run('theme-check:all')).filter((offense) => offense.startsWith('ValidSchema ') && !/Property (target|enabled_on) is not allowed/.test(offense));
  assert.deepEqual(settings, []);
});

test('the element understands every attribute and custom property that a block writes', async () => {
  const checker = createRequire(createRequire(import.meta.url).resolve('@shopify/theme-check-node'));
  const { toLiquidHtmlAST, walk } = checker('@shopify/liquid-html-parser') as typeof import('@shopify/liquid-html-parser');
  const source = read('snippets/vitrine-widget.liquid');
  const attributes = new Map<string, string>();
  walk(toLiquidHtmlAST(source), (node) => {
    const element = node as unknown as { type: string; name: { value: string }[]; attributes: object[] };
    if (element.type !== 'HtmlElement' || element.name.map(({ value }) => value).join('') !== 'vitrine-recommendations') return;
    for (const attribute of element.attributes) walk(attribute as never, (inner) => {
      const { type, name, position } = inner as unknown as { type: string; name: { value: string }[]; position: { start: number; end: number } };
      if (/^Attr(Double|Single|Empty|Unquoted)/.test(type)) attributes.set(name.map(({ value }) => value).join(''), source.slice(position.start, position.end));
    });
  });
  assert.ok(attributes.size >= 10, [...attributes.keys()].join());
  const known = [...VitrineRecommendations.observedAttributes, 'style', 'hide'];
  assert.deepEqual([...attributes.keys()].filter((name) => !known.includes(name)), []);
  assert.match(WIDGET_CSS, /\[hide~=price\]/);
  for (const [, property] of attributes.get('style')!.matchAll(/(--vitrine-[a-z-]+):/g)) assert.ok((WIDGET_CSS + GEOMETRY + WIDE_GEOMETRY).includes(`var(${property}`), property);
  for (const policy of ['seen', 'bought']) {
    const options = schemaOf('for-you').settings.find(({ id }: Json) => id === policy).options.map(({ value }: Json) => value);
    assert.deepEqual(options, ['default', 'keep', 'last', 'drop']);
  }
});

test('no inline script, no handler, no remote file; every value from outside is escaped', () => {
  for (const file of [...BLOCKS.map((block) => `blocks/${block}.liquid`), ...list('snippets').map((name) => `snippets/${name}`)]) {
    const markup = read(file).replace(/\{% schema %\}[^]*$/, '');
    assert.doesNotMatch(markup, /<script(?![^>]*\bsrc=)|\son[a-z]+=|javascript:|https?:\/\/|\| raw|<style/i, file);
    for (const [, output] of markup.matchAll(/\{\{-?(.*?)-?\}\}/g)) {
      const isSafe = /\| (escape|asset_url|t)\b/.test(output) || /(\.id|_ids?|separator|time|quantity|kind|limit|columns|rows|radius|hidden|page|iso_code|permanent_domain|space_above|space_below|ratio|_color|\.seen|\.bought) $/.test(output);
      assert.ok(isSafe, `${file}: {{${output}}}`);
    }
  }
});

test('scripts parse, evaluate nothing, write no markup, and find each other beside themselves', async () => {
  const assets = list('assets');
  assert.ok(assets.includes('vitrine.js') && assets.includes('vitrine.css'));
  for (const file of assets.filter((name) => name.endsWith('.js'))) {
    const code = read(`assets/${file}`);
    const { warnings } = await transform(code, { loader: 'js', format: 'esm', target: 'es2022' });
    assert.deepEqual(warnings, []);
    assert.doesNotMatch(code, /\beval\(|new Function\(|innerHTML|outerHTML|insertAdjacentHTML|document\.write/, file);
    for (const [, specifier] of code.matchAll(/(?:\bimport\(|\bfrom|\bimport)\s*["']([^"']+)["']/g)) {
      assert.match(specifier, /^\.\/[\w-]+\.js$/, `${file}: ${specifier}`);
      assert.ok(assets.includes(specifier.slice(2)), `${file}: ${specifier} is there`);
    }
    for (const [, name] of code.matchAll(/["']([\w-]+-[A-Z0-9]{8}\.js)["']/g)) assert.ok(assets.includes(name), `${file}: ${name} is there`);
  }
});
