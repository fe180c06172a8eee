import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WIDGETS } from '@vitrine/sdk';
import { headingFor, loadTexts, reasonText, type Texts } from './locales.ts';
import { texts as english } from './locales/en.ts';

const FILES = ['de', 'fr', 'es', 'ja', 'zh-cn', 'zh-tw'];

test('until a language is there, and where it is not ours, the headings are English', () => {
  for (const locale of [...FILES, 'en', 'it', '', '__proto__', 'constructor']) assert.equal(headingFor('for-you', locale), 'For you', locale);
  for (const locale of ['en-GB', 'it', '', '__proto__', 'constructor']) assert.equal(loadTexts(locale, false), undefined, `${locale}: nothing to fetch`);
  assert.equal(reasonText({ source: 'popular' }, 'en'), '');
});

test('every language has every text, of its own, and names the product where English does', async () => {
  const headings = Object.fromEntries(WIDGETS.map((kind) => [kind, headingFor(kind, 'en')]));
  const reference = { headings, ...english } as Texts;
  for (const file of FILES) {
    const { texts } = await import(`./locales/${file}.ts`) as { texts: Texts };
    for (const group of ['headings', 'reasons', 'reasonsWith'] as const) {
      assert.deepEqual(Object.keys(texts[group]).sort(), Object.keys(reference[group]).sort(), `${file} ${group}`);
      for (const [key, text] of Object.entries(texts[group])) {
        assert.equal(text, text.trim().normalize('NFC'), `${file} ${key}`);
        assert.ok(text.length > 1 && text.length < 45, `${file} ${key}: ${text}`);
        assert.equal(text.split('{title}').length, group === 'reasonsWith' ? 2 : 1, `${file} ${key}`);
        assert.notEqual(text, (reference[group] as Record<string, string>)[key], `${file} ${key} is translated`);
      }
    }
  }
});

test('a locale of any form finds its language, and loads it once', async () => {
  for (const file of FILES) await loadTexts(file);
  for (const locale of FILES) assert.equal(loadTexts(locale), undefined);
  for (const [locale, heading] of [
    ['en-GB', 'For you'], ['de-AT', 'Für Sie'], ['DE', 'Für Sie'], ['fr_CA', 'Pour vous'], ['es-419', 'Para ti'], ['ja-JP', 'あなたへのおすすめ'],
    ['zh', '为您推荐'], ['zh-Hans-SG', '为您推荐'], ['zh-CN', '为您推荐'], ['zh-Hant', '為您推薦'], ['zh-TW', '為您推薦'], ['zh-HK', '為您推薦'], ['zh-Hant-HK', '為您推薦'],
    ['it', 'For you'], ['__proto__', 'For you'],
  ]) assert.equal(headingFor('for-you', locale), heading, locale);
});

test('a reason names its product where there is one, whatever its title holds; in English where the language is not ours', async () => {
  await Promise.all(['fr', 'de', 'it'].map((locale) => loadTexts(locale)));
  assert.equal(reasonText({ source: 'bought-with', title: 'Théière' }, 'fr'), 'Souvent acheté avec Théière');
  assert.equal(reasonText({ source: 'bought-with' }, 'it'), 'Often bought together');
  assert.equal(reasonText({ source: 'bought-with', title: '$& {title} $1' }, 'en'), 'Often bought with $& {title} $1');
  assert.equal(reasonText({ source: 'popular', title: 'Tasse' }, 'de'), 'Beliebt im Shop');
});
