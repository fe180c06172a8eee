import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import {
  type Artifact, assembleModel, createJsScan, createWasmScan, decodeArtifact, encodeArtifact, hashArtifact, loadRecommendation, rank, readBucket, readDirectory, type RecommendationModel, type SessionItem, wantedFiles,
} from '@vitrine/sdk/core';
import { compressRecommendation, previewModel } from '../../plugin-server/src/pipeline/compress/compress-recommendation.ts';
import { queryStatistics } from '../../plugin-server/src/pipeline/compress/query-statistics.ts';
import { type PackedFile, shardRecommendation, withDirectory } from '../../plugin-server/src/pipeline/compress/shard-recommendation.ts';
import { asCase, largeCatalogue } from './codecs/large-catalogue.ts';
import { markdownTable } from './markdown-table.ts';
import type { BenchOptions, Report, Row } from './row.ts';

const ITEMS = 200_000;
const VISITS = 60;
const K = 20;
const SEED = 1;

/**
 * What a phone fetches of a catalogue of 200,000 items, and how much of the whole catalogue's 20 best it finds: with the base
 * alone, and as a visit goes on and brings in what it comes near. The catalogue is made up (`large-catalogue.ts`).
 */
export async function run({ smoke, note }: BenchOptions): Promise<Report> {
  const items = smoke ? 6000 : ITEMS;
  const { checkpoint, visits } = largeCatalogue(items, SEED);
  const plain = compressRecommendation(checkpoint);
  const queries = queryStatistics(previewModel(plain), visits(500).map(asCase))!;
  const packed = compressRecommendation(checkpoint, { rounding: { type: 'int4', step: 1.2 / 8, queries } });
  note('Compressed. Sharding …');
  const parts = shardRecommendation(packed, smoke ? { popular: 1000, size: 300 } : {});

  const files = new Map<string, { artifact: Artifact; bytes: number }>();
  const write = async (file: PackedFile, family: 'recommendation' | 'recommendation-shard') => {
    const bytes = await encodeArtifact({ family, audience: 'browser', shop: 'bench', version: '1', createdAt: '2026-01-01T00:00:00.000Z', config: file.config, metrics: [] }, file.tensors, async () => new Uint8Array(64));
    const hash = await hashArtifact(bytes, crypto.subtle);
    files.set(hash, { artifact: decodeArtifact(bytes), bytes: await brotliBytes(bytes) });
    return hash;
  };
  const shards: string[] = [];
  const buckets: string[] = [];
  for (const file of parts.shards) shards.push(await write(file, 'recommendation-shard'));
  for (const file of parts.buckets) buckets.push(await write(file, 'recommendation-shard'));
  const baseFile = files.get(await write(withDirectory(parts, shards, buckets), 'recommendation'))!;
  const total = [...shards, ...buckets].reduce((sum, hash) => sum + files.get(hash)!.bytes, baseFile.bytes);
  const base = loadRecommendation(baseFile.artifact);
  const directory = readDirectory(baseFile.artifact)!;
  const whole = previewModel(packed);
  const best = ranker(whole);
  const bestOfBase = ranker(base);
  note(`${shards.length} shards, ${buckets.length} buckets. Visiting …`);

  const sums = { base: 0, seen: 0, next: 0, bytes: 0, files: 0, tail: 0 };
  const asked = visits(smoke ? 5 : VISITS);
  for (const rows of asked) {
    const session = rows.map((row): SessionItem => ({ id: whole.itemIds[row], kind: 'view' }));
    const have = new Set<string>();
    const located = new Map<string, number>();
    const loaded: Artifact[] = [];
    let model = base;
    // One page after the other; on each, what the answer before wanted has come in, twice: a bucket names a shard.
    for (let page = 1; page <= session.length; page++) {
      for (let round = 0; round < 2; round++) {
        const wanted = wantedFiles(directory, model, { session: session.slice(0, page), goal: 'view' }, have, located);
        for (const hash of wanted) {
          have.add(hash);
          const { artifact, bytes } = files.get(hash)!;
          sums.bytes += bytes;
          sums.files++;
          if (shards.includes(hash)) loaded.push(artifact);
          else for (const [id, shard] of readBucket(artifact)) located.set(id, shard);
        }
        if (wanted.some((hash) => shards.includes(hash))) model = assembleModel(base, loaded);
      }
    }
    const wantedList = new Set(await best(session));
    const share = (list: string[]) => list.filter((id) => wantedList.has(id)).length / wantedList.size;
    sums.base += share(await bestOfBase(session));
    sums.seen += share(await ranker(model)(session));
    sums.tail += rows.filter((row) => row >= base.config.items).length / rows.length;
  }
  const mean = (value: number) => value / asked.length;
  const lines: [string, number, number][] = [
    ['the whole catalogue', total, 1],
    ['the base alone', baseFile.bytes, mean(sums.base)],
    ['the base, and what a visit of six pages brings in', baseFile.bytes + mean(sums.bytes), mean(sums.seen)],
  ];
  const rows: Row[] = lines.flatMap(([subject, bytes, share]): Row[] => [
    { subject, metric: 'fetched, brotli', value: bytes, unit: 'B' }, { subject, metric: "of the whole's 20 best", value: share, unit: '1' }]);
  return {
    rows, markdown: markdownTable(['a phone has', '>fetched, kB brotli', ">of the whole's 20 best"], lines.map(([subject, bytes, share]) => [subject, (bytes / 1000).toFixed(0), share.toFixed(3)])),
    setting: {
      items, base: base.config.items, shards: shards.length, buckets: buckets.length, seed: SEED, visits: asked.length,
      'files a visit': Number(mean(sums.files).toFixed(1)), 'share of views outside the base': Number(mean(sums.tail).toFixed(2)),
    },
  };
}

/** The ids of the best items for a session. */
function ranker(model: RecommendationModel): (session: readonly SessionItem[]) => Promise<string[]> {
  const scan = createWasmScan(model) ?? createJsScan(model);
  return async (session) => (await rank(model, scan, { session, goal: 'view', limit: K })).map(({ id }) => id);
}

const compress = promisify(brotliCompress);
/** As the server sends it. */
const brotliBytes = async (bytes: Uint8Array): Promise<number> =>
  (await compress(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } })).length;
