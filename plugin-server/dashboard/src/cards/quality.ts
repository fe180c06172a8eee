import type { Evaluation } from '../../../src/pipeline/types.ts';
import { type Card, createCard } from '../card.ts';
import { element } from '../element.ts';
import { formatCount, formatOfHundred, formatShare } from '../format.ts';
import { leadEvaluation, metricOf, taskOf } from '../verdict.ts';

interface TaskWords {
  readonly name: string;
  /** "Of 100 …, …": the sentence of the hit rate up to the number. */
  readonly hit: string;
}

const TASKS: Readonly<Record<string, TaskWords>> = {
  'rest-of-basket': { name: 'Same basket', hit: 'Of 100 half-filled baskets, a product that belongs to the rest is among our 20 suggestions in' },
  'next-basket': { name: 'Next order', hit: 'Of 100 returning customers, a product of their next order is among our 20 suggestions for' },
  'next-view': { name: 'Next look', hit: 'Of 100 visits, the next product looked at is among our 20 suggestions in' },
};
const OTHER_TASK: TaskWords = { name: 'Recommendations', hit: 'Of 100 cases, a right product is among our 20 suggestions in' };

const MODELS: Readonly<Record<string, string>> = { shipped: 'Vitrine', 'co-purchase': 'Co-purchase', popularity: 'Popularity', live: 'Live before' };

const BASELINES: Readonly<Record<string, string>> = { 'co-purchase': 'Co-purchase', popularity: 'Popularity' };

interface MetricWords {
  readonly key: string;
  readonly name: string;
  readonly format: (value: number) => string;
  readonly sentence: (ours: number, popularity: number | undefined, task: TaskWords) => string;
}

const place = (reciprocalRank: number): string => (reciprocalRank > 0 ? formatCount(Math.round(1 / reciprocalRank)) : 'none');
const points = (value: number): string => (value * 100).toFixed(1);

/** Each metric: its plain name and sentence first, its technical name beside. */
const METRICS: readonly MetricWords[] = [
  {
    key: 'HR@20', name: 'Hits', format: formatShare,
    sentence: (ours, popularity, task) => `${task.hit} ${formatOfHundred(ours)}${popularity === undefined ? '' : `; popularity alone: ${formatOfHundred(popularity)}`}.`,
  },
  {
    key: 'NDCG@20', name: 'Order of the list', format: (value) => value.toFixed(3),
    sentence: (ours, popularity) => `A list with every right product on top earns 100 points; ours earns ${points(ours)}${popularity === undefined ? '' : `, popularity ${points(popularity)}`}.`,
  },
  {
    key: 'MRR@20', name: 'First right place', format: (value) => value.toFixed(3),
    sentence: (ours, popularity) => `As good as a list whose first right product always stands in place ${place(ours)}${popularity === undefined ? '' : `; popularity: place ${place(popularity)}`}.`,
  },
  {
    key: 'coverage', name: 'Share of the range shown', format: formatShare,
    sentence: (ours, popularity) => `Of 100 products you sell, ${formatOfHundred(ours)} are suggested to somebody${popularity === undefined ? '' : `; popularity shows ${formatOfHundred(popularity)}`}.`,
  },
];

/** How good the live model is, beside popularity and co-purchase. */
export function createQualityCard(): Card {
  let chosen: string | undefined;
  return createCard({
    id: 'quality', title: 'How good it is',
    slice: ({ evaluations, run, release }) => [evaluations, release === null, run?.evaluations, run?.result?.notPublished],
    draw({ evaluations, run, release }, redraw) {
      const rejected = run?.result?.notPublished !== undefined && run.evaluations.length > 0;
      const shown = evaluations.length > 0 ? evaluations : rejected ? run.evaluations : [];
      const evaluation = shown.find((one) => taskOf(one) === chosen) ?? leadEvaluation(shown);
      if (!evaluation) {
        return [element('p', { class: 'empty' }, release
          ? 'This release was published without a measurement. Train again to measure it.'
          : 'Not measured yet. Each training hides your latest orders from the model, lets it guess them, and compares it with plain popularity and co-purchase.')];
      }
      const order = ['rest-of-basket', 'next-basket', 'next-view'];
      const tasks = shown.toSorted((a, b) => order.indexOf(taskOf(a)) - order.indexOf(taskOf(b)));
      return [
        evaluations.length === 0 ? element('p', { class: 'note note-attention' }, 'These are the figures of the model that was not published.') : null,
        tasks.length < 2 ? null : element('div', { class: 'switch', role: 'group', 'aria-label': 'What is guessed' }, ...tasks.map((one) => element('button', {
          type: 'button', 'data-keep': `task-${taskOf(one)}`, 'aria-pressed': String(one === evaluation),
          onclick: () => { chosen = taskOf(one); redraw(); },
        }, wordsOf(one).name))),
        element('div', { class: 'metrics' }, ...METRICS.map((metric) => drawMetric(metric, evaluation))),
        element('p', { class: 'hint' }, `Measured on ${formatCount(evaluation.cases)} cases from your newest orders, which the model had not seen. What is scored is exactly the file that ships.`),
      ];
    },
  });
}

const wordsOf = (evaluation: Evaluation): TaskWords => TASKS[taskOf(evaluation)] ?? OTHER_TASK;

function drawMetric(metric: MetricWords, evaluation: Evaluation): Node | null {
  const ours = metricOf(evaluation, 'shipped', metric.key);
  if (ours === undefined) return null;
  const rows = Object.keys(MODELS).flatMap((model) => {
    const value = metricOf(evaluation, model, metric.key);
    return value === undefined ? [] : [{ model, value }];
  });
  const ahead = rows.filter(({ model, value }) => model in BASELINES && value > ours).map(({ model }) => BASELINES[model]);
  const most = Math.max(...rows.map(({ value }) => value), Number.EPSILON);
  return element('div', { class: 'metric' },
    element('h3', { class: 'metric-name' }, metric.name, ' ', element('span', { class: 'term' }, metric.key === 'coverage' ? 'coverage' : metric.key)),
    element('p', { class: 'metric-sentence' }, metric.sentence(ours, metricOf(evaluation, 'popularity', metric.key), wordsOf(evaluation)),
      ahead.length > 0 ? element('strong', {}, ` ${ahead.join(' and ')} ${ahead.length > 1 ? 'are' : 'is'} ahead here.`) : null),
    element('dl', { class: 'bars' }, ...rows.map(({ model, value }) => {
      const bar = element('span', { class: `bar bar-${model}` });
      bar.style.width = `${Math.max(0.5, (value / most) * 100)}%`;
      return element('div', { class: `bar-row${model === 'shipped' ? ' bar-row-ours' : ''}` },
        element('dt', {}, MODELS[model]), element('dd', {}, element('span', { class: 'bar-track', 'aria-hidden': 'true' }, bar), element('span', { class: 'bar-value' }, metric.format(value))));
    })));
}
