import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { openSource } from './open-source.ts';
import { readCsv, readHeader } from './read-csv.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-csv-'));
after(() => rmSync(folder, { recursive: true }));

async function readAll(bytes: string | Uint8Array, name = 'a.csv'): Promise<{ columns: readonly string[]; delimiter: string; rows: string[][]; lines: number[] }> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const source = await openSource(path);
  const rows: string[][] = [];
  const lines: number[] = [];
  try {
    const header = readHeader(source);
    await readCsv(source, header, (fields, line) => { rows.push([...fields]); lines.push(line); });
    return { ...header, rows, lines };
  } finally {
    source.close();
  }
}

test('any table is read back: quotes, newlines, separators, plain or gzip', async () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'ü', '😀', ',', ';', '\t', '|', '"', '\n', '\r\n', ' ', '__proto__', '0'), maxLength: 6 });
  const table = fc.integer({ min: 2, max: 5 }).chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }));
  await fc.assert(fc.asyncProperty(table, fc.constantFrom(',', ';', '\t', '|'), fc.boolean(), fc.boolean(), async (rows, delimiter, zipped, mark) => {
    const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    const header = rows[0].map((_, at) => `column ${at}`);
    const text = (mark ? '\ufeff' : '') + [header.join(delimiter), ...rows.map((row) => row.map(quote).join(delimiter))].join('\n');
    const read = await readAll(zipped ? gzipSync(text) : text);
    assert.equal(read.delimiter, delimiter);
    assert.deepEqual(read.columns, header);
    assert.deepEqual(read.rows, rows);
  }), { numRuns: 60 });
});

test('a record is known by the line where it begins', async () => {
  const { rows, lines } = await readAll('a,b\n1,"x\ny"\n2,z\n\n3,w\n');
  assert.deepEqual(rows, [['1', 'x\ny'], ['2', 'z'], ['3', 'w']]);
  assert.deepEqual(lines.slice(0, 2), [2, 4]);
});

test('a character cut by the end of a chunk is whole again', async () => {
  const characters = ['ü', '€', '😀']; // 2, 3 and 4 bytes
  const cells = Array.from({ length: 8 }, (_, row) => Array.from({ length: 30_000 + row }, (_, at) => characters[(at + row) % 3]).join(''));
  const { rows } = await readAll(`a,b\n${cells.map((cell, at) => `${'x'.repeat(at)},${cell}`).join('\n')}\n`);
  assert.ok(rows.every((row, at) => row[1] === cells[at]));
  assert.equal(rows.length, 8);
});

test('every way to be no CSV is one clear line', async () => {
  const rows = Array.from({ length: 5_000 }, (_, at) => `${at},item ${at},3\n`).join('');
  const whole = `id,name,n\n${rows}`;
  const cases: [string, string | Uint8Array, RegExp][] = [
    ['empty', '', /a\.csv: the file is empty/],
    ['empty gzip', gzipSync(''), /the file is empty/],
    ['one column', 'only\n1\n', /line 1: found no columns in "only"\. Separate them by comma, semicolon, tab or \|/],
    ['unknown separator', 'order^product^time\n1^2^3\n', /found no columns in "order\^product\^time"/],
    ['zero byte', Buffer.concat([Buffer.from(whole), Buffer.from([0x41, 0, 0x42])]), /line 5002, byte \d+: a zero byte, so this is not a text file/],
    ['random bytes', Uint8Array.from({ length: 9000 }, (_, at) => 128 + ((at * 7919) % 128)), /not UTF-8|not a text file/],
    ['Latin-1', Buffer.concat([Buffer.from('id,name\n1,caf'), Buffer.from([0xe9, 0x0a])]), /line 2, byte 13: not UTF-8/],
    ['cut character', Buffer.concat([Buffer.from('id,name\n1,caf'), Buffer.from([0xc3])]), /line 2, byte 13: not UTF-8/],
    ['UTF-16', Buffer.from('\ufeffid,name\n1,x\n', 'utf16le'), /is UTF-16 text; save it as UTF-8/],
    ['zip', Buffer.from('PK\u0003\u0004 and more'), /is a zip or Excel file/],
    ['cut gzip', gzipSync(whole).subarray(0, 9_000), /the gzip data ends too early .*cut off/],
    ['damaged gzip', (() => { const bytes = gzipSync(whole); bytes.fill(0xff, 4_000, 4_100); return bytes; })(), /the gzip data (is damaged|ends too early)/],
    ['10 MB line', `id,name,n\n1,x,2\n2,${'y'.repeat(10_000_000)},3\n`, /line 3: a record longer than 1 MiB begins here/],
    ['10 MB header', 'y'.repeat(10_000_000), /line 1: longer than 64 KiB/],
    ['open quote', 'id,name\n1,"x\n2,y\n', /line 2: a quote opened here is never closed/],
    ['stray quote', 'id,name\n1,x"y\n', /line 2: a quote stands where none may be/],
    ['short row', 'id,name,n\n1,x,2\n2,y\n', /line 3: 2 columns, but the header has 3 \(separated by comma\)/],
    ['long row', 'id;name\n1;x\n2;y;z\n', /line 3: 3 columns, but the header has 2 \(separated by semicolon\)/],
  ];
  for (const [name, bytes, message] of cases) {
    await assert.rejects(readAll(bytes), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'bad_input', name);
      assert.match(error.message, message, name);
      assert.ok(!error.message.includes('\n') && error.message.length < 300, name);
      return true;
    }, name);
  }
  await assert.rejects(openSource(join(folder, 'absent.csv')), /absent\.csv: there is no such file/);
  await assert.rejects(openSource(folder), /is not a file/);
});

test('whatever the bytes, reading ends in rows or in one bad_input', async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.boolean(), async (bytes, zipped) => {
    try {
      await readAll(zipped ? gzipSync(bytes) : bytes);
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'bad_input', String(error));
    }
  }), { numRuns: 150 });
});
