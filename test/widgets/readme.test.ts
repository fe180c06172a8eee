import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { build } from 'esbuild';
import { browserMissing, launchBrowser } from '../browser.ts';
import { openStorefront } from './storefront.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The first code block of a README in this language. */
async function firstBlock(path: string, language: string): Promise<string> {
  const text = await readFile(`${ROOT}${path}`, 'utf8');
  return new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(text)![1];
}

for (const [path, language] of [['README.md', 'js'], ['sdk/README.md', 'ts']]) test(`${path} runs as shown`, { skip: browserMissing(), timeout: 60_000 }, async () => {
  const store = await openStorefront();
  const browser = await launchBrowser();
  try {
    const code = await firstBlock(path, language);
    assert.ok(code.trim().split('\n').length < 10, 'under ten lines');
    const shown = code.replace('demo.myshopify.com', store.shop).replace("'pk_…'", `'${store.signer.key}'`).replace('https://vitrine.example.com', store.appUrl).replaceAll('8001', 'p3');
    const element = /<vitrine-recommendations.*?<\/vitrine-recommendations>/.exec(shown)![0];
    const { outputFiles } = await build({
      stdin: { contents: `${shown}\nglobalThis.items = items;`, resolveDir: `${ROOT}test`, loader: 'ts' },
      bundle: true, format: 'esm', target: 'es2022', write: false, logLevel: 'silent', outdir: '/',
    });
    const page = await browser.newPage();
    const url = store.page('/developer', { body: element, csp: null });
    await page.route('**/assets/vitrine.js', (route) => route.fulfill({ contentType: 'text/javascript', body: outputFiles[0].text }));
    await page.goto(url);
    await page.waitForSelector('vitrine-recommendations[data-state=ready]');
    const items = await page.evaluate(() => (globalThis as unknown as { items: { id: string }[] }).items.map((item) => item.id));
    assert.equal(items.length, 4);
    assert.equal(await page.locator('vitrine-recommendations a').count(), 4);
  } finally {
    await browser.close();
    await store.close();
  }
});
