import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compressRecommendation, previewModel, unitRows } from '../../compress/compress-recommendation.ts';
import { randomCheckpoint } from '../../compress/random-checkpoint.ts';
import { readCatalogue } from './choose-settings.ts';
import { placeNewItems } from './place-new-items.ts';

const LEARNED = 30;
const settings = { tower: 'ridge', penalty: 1, length: 0.5, shift: 2, strength: 1 } as const;
const products = Array.from({ length: 40 }, (_, i) => ({ id: `${i}`, title: `${['red', 'blue', 'green'][i % 3]} mug`, productType: '', vendor: '', tags: [], price: 5 }));
const catalogue = readCatalogue(products);
/** Rows 30 and 31 are there already, but nobody has touched them. */
const checkpoint = randomCheckpoint(LEARNED + 2, 4);
const occurrences = Float32Array.from({ length: LEARNED + 2 }, (_, row) => (row < LEARNED ? 40 - row : 0));
const placed = placeNewItems(checkpoint, { catalogue, occurrences, ids: ['3', '35', '35', '99'], settings, companions: 3 });

test('learned rows stay; untouched ones are placed, and products without a row get one, each once', () => {
  assert.deepEqual(placed.itemIds, [...checkpoint.itemIds, '35', '99']);
  assert.deepEqual(placed.placed, { from: LEARNED, length: 0.5, shift: 2, companions: 5 });
  for (const [name, width] of [['item_table', 8], ['item_bias', 1], ['repeat_bias', 1]] as const) {
    const data = placed.params.get(name)!.data;
    assert.equal(data.length, placed.itemIds.length * width);
    assert.deepEqual(data.subarray(0, LEARNED * width), checkpoint.params.get(name)!.data.subarray(0, LEARNED * width));
  }
  const row = (index: number) => Array.from(placed.params.get('item_table')!.data.subarray(index * 8, (index + 1) * 8));
  assert.notDeepEqual(row(30), Array.from(checkpoint.params.get('item_table')!.data.subarray(240, 248)));
  assert.deepEqual(row(30).map((value) => value.toFixed(4)), placeAgain('33').map((value) => value.toFixed(4)), 'products of the same content have the same place');
});

function placeAgain(id: string): number[] {
  const again = placeNewItems(checkpoint, { catalogue, occurrences, ids: [id], settings });
  return Array.from(again.params.get('item_table')!.data.subarray(-8));
}

test('as shipped, their vectors are shorter and their bias is shifted; the others are what they were', () => {
  const model = previewModel(compressRecommendation(placed));
  const before = previewModel(compressRecommendation(checkpoint));
  const length = (row: number) => Math.hypot(...Array.from(model.table.subarray(row * 8, row * 8 + 8), (value) => value * model.tableScale));
  assert.deepEqual(placed.itemIds.map((_, row) => length(row).toFixed(1)), placed.itemIds.map((_, row) => (row < LEARNED ? '1.0' : '0.5')));
  const bias = model.params.get('item_bias')!;
  const shipped = placed.params.get('item_bias')!.data;
  shipped.forEach((value, row) => assert.ok(Math.abs(bias[row] - value - (row < LEARNED ? 0 : 2)) < 0.05));
  const rows = unitRows(checkpoint.params.get('item_table')!.data, 8);
  for (let at = 0; at < LEARNED * 8; at++) assert.ok(Math.abs(model.table[at] * model.tableScale - rows[at]) < 0.01);
  assert.ok(before.itemIds.length < model.itemIds.length);
});

test('new items have companions, and are companions: never more than MOST_NEW in a list', () => {
  const { count, row, weight } = placed.neighbours;
  const entries = (from: number) => Array.from({ length: count }, (_, k) => from * count + k).filter((at) => weight[at] > 0).map((at) => row[at]);
  for (let from = 0; from < LEARNED; from++) assert.ok(entries(from).filter((to) => to >= LEARNED).length <= 2);
  assert.ok(entries(30).length > 0 && entries(30).every((to) => to < LEARNED));
});

test('without anything new, or anything learned, the model stays as it is', () => {
  assert.equal(placeNewItems(checkpoint, { catalogue, occurrences: new Float32Array(32).fill(1), ids: ['3'], settings }), checkpoint);
  assert.equal(placeNewItems(checkpoint, { catalogue, occurrences: new Float32Array(32), ids: ['35'], settings }), checkpoint);
});
