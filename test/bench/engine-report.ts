import type { ColdResult } from './engine-cold.ts';
import type { SteadinessResult } from './engine-steadiness.ts';
import type { Agreement, WarmResult } from './engine-warm.ts';
import { latencyPlot } from './latency-plot.ts';
import { markdownTable } from './markdown-table.ts';
import type { Report, Row } from './row.ts';
import { median, type Ratio, ratioOfRounds } from './statistics.ts';

const WEBGL = 'ours, webgl';
/** What a page gets that forces nothing: its first answer never waits for shaders. */
const DEFAULT = 'ours, auto';
const NAIVE = 'tfjs webgl, naive';
const ONNX = 'onnxruntime-web wasm';

/** Ratios this engine was built to reach, by catalogue size. */
const TO_REACH: Readonly<Record<'naive' | 'onnx', Readonly<Record<number, number>>>> = {
  naive: { 1_000: 2, 10_000: 4, 50_000: 8, 100_000: 13 },
  onnx: { 10_000: 1, 100_000: 1 },
};

/** The three tables, the plot and the figures by name. */
export function engineReport({ warm, cold, steadiness }: { warm: readonly WarmResult[]; cold: ColdResult; steadiness: SteadinessResult }): Report {
  const rows: Row[] = [];
  const ratios: string[][] = [];
  const add = (subject: string, metric: string, value: number, unit: Row['unit']) => rows.push({ subject, metric, value, unit });
  const compare = (subject: string, items: number, result: Ratio, toReach?: number) => {
    add(`${subject}, ${count(items)} items`, 'ratio', result.ratio, '×');
    ratios.push([subject, count(items), times(result.ratio), `${times(result.least)} – ${times(result.most)}`, toReach === undefined ? '' : `≥ ${toReach} ×`]);
  };

  const timeOf = ({ contestants }: WarmResult, name: string, where: 'page' | 'inside' = 'page') =>
    contestants[name].rounds.map((round) => round.map((sample) => sample[where]));
  for (const result of warm) {
    for (const [name, { rounds, same, sameAsFloat, shared }] of Object.entries(result.contestants)) {
      const subject = `${name}, ${count(result.items)} items`;
      add(subject, 'warm call, seen from the page', median(rounds.flat().map(({ page }) => page)), 'ms');
      add(subject, 'warm call, inside the Worker', median(rounds.flat().map(({ inside }) => inside)), 'ms');
      add(subject, 'answers equal to the int8 oracle', same, '1');
      add(subject, 'answers equal to the float32 oracle', sameAsFloat, '1');
      add(subject, 'items shared with the int8 oracle', shared, '1');
    }
  }
  for (const result of warm) {
    compare('warm: naive tfjs WebGL ÷ our WebGL', result.items, ratioOfRounds(timeOf(result, NAIVE), timeOf(result, WEBGL)), TO_REACH.naive[result.items]);
  }
  for (const where of ['page', 'inside'] as const) {
    for (const result of warm) {
      const best = bestOurs(result);
      const subject = `warm${where === 'inside' ? ', inside the Worker' : ''}: ONNX Runtime ÷ our best path (${best.slice(6)})`;
      compare(subject, result.items, ratioOfRounds(timeOf(result, ONNX, where), timeOf(result, best, where)), where === 'page' ? TO_REACH.onnx[result.items] : undefined);
    }
  }

  const coldOf = (name: string) => cold.contestants[name].map(({ milliseconds }) => [milliseconds]);
  for (const [name, samples] of Object.entries(cold.contestants)) {
    add(name, 'cold start to first answer', median(samples.map(({ milliseconds }) => milliseconds)), 'ms');
    add(name, 'cold start, page blocked at most', median(samples.map(({ blocked }) => blocked)), 'ms');
  }
  const by = cold.contestants[DEFAULT][0].backend;
  compare(`cold: naive tfjs WebGL ÷ our first answer (${by})`, cold.items, ratioOfRounds(coldOf(NAIVE), coldOf(DEFAULT)), 8);
  compare('cold: naive tfjs WebGL ÷ our WebGL', cold.items, ratioOfRounds(coldOf(NAIVE), coldOf(WEBGL)), 3);
  compare(`cold: ONNX Runtime ÷ our first answer (${by})`, cold.items, ratioOfRounds(coldOf(ONNX), coldOf(DEFAULT)), 5);

  const { losses, calls, before, after } = steadiness;
  add('lost context', 'WebGL answers again after', median(losses.map(({ milliseconds }) => milliseconds)), 'ms');
  add('lost context', 'losses with identical top 20 during and after', losses.filter(({ right }) => right).length / losses.length, '1');
  for (const kind of ['textures', 'buffers', 'framebuffers', 'programs', 'contexts'] as const) add(`${count(calls)} calls`, `WebGL ${kind} more than before`, Math.max(0, after[kind] - before[kind]), '1');
  add(`${count(calls)} calls`, 'Worker heap more than before', Math.max(0, after.heap - before.heap), 'B');

  return {
    rows,
    setting: { browser: warm[0].browser, renderer: warm[0].renderer },
    markdown: [
      '### Warm: milliseconds a call, seen from the page (inside the Worker)', warmTable(warm),
      '### Ratios: median of the rounds\' ratios, and their spread', markdownTable(['', 'items', '>ratio', '>rounds', '>to reach'], ratios),
      `### Cold: from nothing to the first answer, ${count(cold.items)} items`, coldTable(cold),
      '### Steadiness', steadinessTable(steadiness),
    ].join('\n\n'),
    raw: { samples: 'warm: [seen from the page, inside the Worker], milliseconds', warm: warm.map(pairs), cold, steadiness },
    images: { 'engine-latency.svg': plot(warm) },
  };
}

/** A result with its samples as pairs, which take less room in a file. */
const pairs = ({ contestants, ...result }: WarmResult) => ({
  ...result,
  contestants: Object.fromEntries(Object.entries(contestants).map(([name, { rounds, ...contestant }]) =>
    [name, { ...contestant, rounds: rounds.map((round) => round.map(({ page, inside }) => [page, inside])) }])),
});

/** The contestant of ours with the smallest median, whichever an application could pick. */
function bestOurs({ contestants }: WarmResult): string {
  const time = (name: string) => median(contestants[name].rounds.flat().map(({ page }) => page));
  return Object.keys(contestants).filter((name) => name.startsWith('ours') && name !== 'ours, auto').reduce((a, b) => (time(b) < time(a) ? b : a));
}

function warmTable(warm: readonly WarmResult[]): string {
  const names = Object.keys(warm[0].contestants);
  const cell = (result: WarmResult, name: string) => {
    if (!result.contestants[name]) return '';
    const samples = result.contestants[name].rounds.flat();
    return `${milliseconds(median(samples.map(({ page }) => page)))} (${milliseconds(median(samples.map(({ inside }) => inside)))})`;
  };
  return markdownTable(['', ...warm.map(({ items }) => `>${count(items)}`), '>= int8 oracle', '>= float32 oracle', '>items of the int8 oracle'], names.map((name) => {
    const measured = warm.flatMap(({ contestants }) => contestants[name] ?? []);
    const least = (of: keyof Agreement) => percent(Math.min(...measured.map((contestant) => contestant[of])));
    const answered = [...new Set(measured.flatMap(({ backend }) => backend ?? []))].join(', ');
    return [
      nameWith(name, answered), ...warm.map((result) => cell(result, name)),
      least('same'), least('sameAsFloat'), least('shared'),
    ];
  }));
}

/** Who answered, where that was not the one that was asked for. */
const nameWith = (name: string, answered: string | undefined) => (answered && name !== `ours, ${answered}` ? `${name} (answered by ${answered})` : name);

function coldTable({ contestants }: ColdResult): string {
  return markdownTable(['', '>median ms', '>rounds', '>page blocked, ms'], Object.entries(contestants).map(([name, samples]) => {
    const all = samples.map((sample) => sample.milliseconds);
    return [
      nameWith(name, samples.at(-1)!.backend),
      milliseconds(median(all)), `${milliseconds(Math.min(...all))} – ${milliseconds(Math.max(...all))}`, milliseconds(median(samples.map(({ blocked }) => blocked))),
    ];
  }));
}

function steadinessTable({ losses, calls, before, after }: SteadinessResult): string {
  const times = losses.map((loss) => loss.milliseconds);
  const more = (['textures', 'buffers', 'framebuffers', 'programs', 'contexts'] as const).map((kind) => `${after[kind] - before[kind]} ${kind}`).join(', ');
  return markdownTable(['', '>'], [
    ['lost context: WebGL answers again after', `${milliseconds(median(times))} ms (${milliseconds(Math.min(...times))} – ${milliseconds(Math.max(...times))})`],
    ['lost context: identical top 20 at once and after', `${losses.filter(({ right }) => right).length} of ${losses.length}`],
    [`${count(calls)} calls: more than before`, more],
    [`${count(calls)} calls: Worker heap after a collection`, `${count(Math.round(before.heap / 1000))} → ${count(Math.round(after.heap / 1000))} kB`],
  ]);
}

function plot(warm: readonly WarmResult[]): string {
  const lines = Object.keys(warm[0].contestants).filter((name) => !/auto|on the page/.test(name)).map((name) => ({
    name, ours: name.startsWith('ours'),
    points: warm.map(({ items, contestants }) => ({ x: items, y: median(contestants[name].rounds.flat().map(({ page }) => page)) })),
  }));
  return latencyPlot(lines, { x: 'items in the catalogue', y: 'milliseconds a warm call, seen from the page' });
}

const count = (value: number) => value.toLocaleString('en-US');
const milliseconds = (value: number) => (value < 1 ? value.toFixed(2).replace(/^0/, '') : value < 10 ? value.toFixed(1) : count(Math.round(value)));
const times = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ×`;
const percent = (share: number) => `${(share * 100).toFixed(share === 1 ? 0 : 1)} %`;
