import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { headingFor, loadTexts, reasonText, textsFor } from './locales.ts';
import { en } from './locales/en.ts';

const LOCALES = ['en', 'de', 'fr', 'es', 'ja', 'zh-CN', 'zh-TW'];

test('until a language is there, and where it is not ours, the words are English', () => {
  for (const locale of [...LOCALES, 'it', '', '__proto__', 'constructor']) assert.equal(headingFor('for-you', locale), 'For you', locale);
  for (const locale of ['en-GB', 'it', '', '__proto__', 'constructor']) assert.equal(loadTexts(locale), undefined, locale);
});

test('with every language', async (t) => {
  before(async () => { for (const locale of LOCALES) await loadTexts(locale); });

  await t.test('every language has every text, of its own, and names the product where English does', () => {
    for (const locale of LOCALES) {
      const texts = textsFor(locale);
      for (const group of ['headings', 'reasons', 'reasonsWith'] as const) {
        assert.deepEqual(Object.keys(texts[group]), Object.keys(en[group]), `${locale} ${group}`);
        for (const [key, text] of Object.entries(texts[group])) {
          assert.equal(text, text.trim().normalize('NFC'), `${locale} ${key}`);
          assert.ok(text.length > 1 && text.length < 45, `${locale} ${key}: ${text}`);
          assert.equal(text.split('{title}').length, group === 'reasonsWith' ? 2 : 1, `${locale} ${key}`);
          if (locale !== 'en') assert.notEqual(text, (en[group] as Record<string, string>)[key], `${locale} ${key} is translated`);
        }
      }
    }
  });

  await t.test('a locale of any form finds its language', () => {
    for (const [locale, heading] of [
      ['en-GB', 'For you'], ['de-AT', 'Für Sie'], ['DE', 'Für Sie'], ['fr_CA', 'Pour vous'], ['es-419', 'Para ti'], ['ja-JP', 'あなたへのおすすめ'],
      ['zh', '为您推荐'], ['zh-Hans-SG', '为您推荐'], ['zh-CN', '为您推荐'], ['zh-Hant', '為您推薦'], ['zh-TW', '為您推薦'], ['zh-HK', '為您推薦'], ['zh-Hant-HK', '為您推薦'],
      ['it', 'For you'], ['__proto__', 'For you'],
    ]) assert.equal(headingFor('for-you', locale), heading, locale);
  });

  await t.test('a reason names its product where there is one, whatever its title holds', () => {
    assert.equal(reasonText({ source: 'bought-with', title: 'Théière' }, 'fr'), 'Souvent acheté avec Théière');
    assert.equal(reasonText({ source: 'bought-with' }, 'en'), 'Often bought together');
    assert.equal(reasonText({ source: 'bought-with', title: '$& {title} $1' }, 'en'), 'Often bought with $& {title} $1');
    assert.equal(reasonText({ source: 'popular', title: 'Tasse' }, 'de'), 'Beliebt im Shop');
  });
});
