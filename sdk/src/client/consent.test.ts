import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchConsent, type ConsentPage } from './consent.ts';

function watch(page: ConsentPage, initial?: boolean) {
  const changes: boolean[] = [];
  return { changes, consent: watchConsent({ initial, page, onChange: (allowed) => changes.push(allowed) }) };
}

test('no word from anyone is a no', () => {
  assert.equal(watch({}).consent.allowed, false);
  assert.equal(watch({ Shopify: {} }).consent.allowed, false);
  assert.equal(watch({ Shopify: { customerPrivacy: { analyticsProcessingAllowed() { throw new Error('not ready'); } } } }).consent.allowed, false);
});

test("the page's word counts, else Shopify's", () => {
  const Shopify = { customerPrivacy: { analyticsProcessingAllowed: () => true } };
  assert.equal(watch({ Shopify }).consent.allowed, true);
  assert.equal(watch({ Shopify }, false).consent.allowed, false);
  assert.equal(watch({}, true).consent.allowed, true);
});

test('the shopper decides in the banner, also against the page', () => {
  const document = new EventTarget();
  const { consent, changes } = watch({ document }, true);
  document.dispatchEvent(new CustomEvent('visitorConsentCollected', { detail: { analyticsAllowed: false } }));
  assert.equal(consent.allowed, false);
  document.dispatchEvent(new CustomEvent('visitorConsentCollected', { detail: { analyticsAllowed: true } }));
  assert.deepEqual(changes, [false, true]);
  consent.dispose();
  document.dispatchEvent(new CustomEvent('visitorConsentCollected', { detail: { analyticsAllowed: false } }));
  assert.equal(consent.allowed, true);
});

test("Shopify's API may come late", () => {
  let loaded = () => {};
  const Shopify: { customerPrivacy?: { analyticsProcessingAllowed(): boolean }; loadFeatures(list: unknown, done: () => void): void } = {
    loadFeatures: (_list, done) => void (loaded = done),
  };
  const { consent, changes } = watch({ Shopify });
  assert.equal(consent.allowed, false);
  Shopify.customerPrivacy = { analyticsProcessingAllowed: () => true };
  loaded();
  assert.deepEqual(changes, [true]);
});
