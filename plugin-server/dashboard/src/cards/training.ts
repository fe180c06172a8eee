import type { TrainProgress } from '../../../src/pipeline/types.ts';
import type { OverviewRun } from '../../../src/services/overview.ts';
import { type Card, createCard } from '../card.ts';
import { CHART_FONT, createChart, quietAxis, themeColour } from '../chart.ts';
import { element } from '../element.ts';
import { formatCount, formatDuration, formatMoment } from '../format.ts';

/** The latest training: its progress while it runs, its curve by epoch, how it ended. */
export function createTrainingCard(): Card {
  // The curve is a card in the card: a report of progress must not draw it again.
  const progress = element('div', {});
  const curve = element('div', {});
  let drawn: string | undefined;
  return createCard({
    id: 'training', title: 'Training',
    slice: ({ run }) => run && [run.id, run.status, run.progress, run.history.length, run.result],
    draw({ run }) {
      if (!run) return [element('p', { class: 'empty' }, 'No training yet. When one runs, its progress and its learning curve are here.')];
      progress.replaceChildren(...drawProgress(run));
      const epochs = `${run.id} ${run.history.length} ${run.status}`;
      if (epochs !== drawn) {
        drawn = epochs;
        curve.replaceChildren(...drawCurve(run.history, run.status === 'running'));
      }
      return [progress, curve];
    },
  });
}

/** Share of a run that is done, 0 to 1. Epochs count from 1. */
export function shareDone({ epoch, epochs, step, steps }: Partial<TrainProgress>): number {
  if (!epoch || !epochs || !steps) return 0;
  return Math.min(1, (epoch - 1 + (step ?? 0) / steps) / epochs);
}

function drawProgress(run: OverviewRun): Node[] {
  const { progress } = run;
  const seconds = Object.values(run.result?.seconds ?? {}).reduce((sum, part) => sum + part, 0);
  if (run.status === 'queued') return [element('p', { class: 'lead' }, 'Waiting for the worker. It starts by itself.'), bar(0)];
  if (run.status === 'running') {
    if (!progress.epoch) return [element('p', { class: 'lead' }, 'Reading your orders …'), bar(0)];
    const { epoch, epochs = 0, step = 0, steps = 0, loss = 0, validation, secondsLeft = 0 } = progress;
    return [
      bar(shareDone(progress)),
      element('dl', { class: 'facts facts-row' },
        fact('Epoch', `${epoch} of ${epochs}`), fact('Step', `${formatCount(step)} of ${formatCount(steps)}`), fact('Loss', loss.toFixed(3)),
        fact(validation ? validation.name : 'Validation', validation ? validation.value.toFixed(4) : 'after epoch 1'), fact('Time left', formatDuration(secondsLeft))),
    ];
  }
  const when = run.finishedAt === null ? '' : formatMoment(run.finishedAt);
  if (run.status === 'failed') {
    return [element('p', { class: 'note note-failed' }, element('strong', {}, `Failed on ${when}. `), run.result?.error ?? 'No reason was recorded.')];
  }
  if (run.status === 'cancelled') return [element('p', { class: 'note' }, `Stopped on ${when} before it was done.`)];
  if (run.result?.notPublished) {
    return [element('p', { class: 'note note-attention' }, element('strong', {}, `Trained on ${when}, not published: `), run.result.notPublished)];
  }
  const took = seconds > 0 ? ` in ${formatDuration(seconds)}` : '';
  return [element('p', { class: 'lead' }, `${run.result?.sequence === undefined ? 'Trained' : 'Trained and published'} on ${when}${took}.`)];
}

function bar(share: number): HTMLElement {
  const percent = Math.round(share * 100);
  const fill = element('div', { class: 'progress-fill' });
  fill.style.width = `${percent}%`;
  return element('div', { class: 'progress', role: 'progressbar', 'aria-label': 'Training', 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': percent },
    element('div', { class: 'progress-track' }, fill), element('span', { class: 'progress-value', 'aria-hidden': 'true' }, `${percent} %`));
}

function fact(name: string, value: string): HTMLElement {
  return element('div', {}, element('dt', {}, name), element('dd', {}, value));
}

function drawCurve(history: readonly TrainProgress[], running: boolean): Node[] {
  if (history.length === 0) return running ? [element('p', { class: 'hint' }, 'The curve begins with the end of the first epoch.')] : [];
  const last = history[history.length - 1];
  const metric = last.validation?.name ?? 'validation';
  const label = `Learning curve over ${history.length} epochs: loss from ${history[0].loss.toFixed(3)} to ${last.loss.toFixed(3)}, ${metric} from ${valueOf(history[0])} to ${valueOf(last)}.`;
  return [
    element('ul', { class: 'legend' },
      element('li', {}, element('span', { class: 'key key-validation', 'aria-hidden': 'true' }), `${metric} on held-out orders (right scale): should rise`),
      element('li', {}, element('span', { class: 'key key-loss', 'aria-hidden': 'true' }), 'Training loss (left scale): should fall')),
    createChart({
      label, height: 220,
      data: [history.map(({ epoch }) => epoch), history.map(({ loss }) => loss), history.map(({ validation }) => validation?.value ?? null)],
      plot: {
        padding: [12, 8, 0, 0], cursor: { show: false },
        scales: { x: { time: false, range: (_, from, to) => [from, Math.max(to, from + 1)] } },
        axes: [
          quietAxis({ incrs: [1, 2, 5, 10, 20], values: (_, ticks) => ticks.map((tick) => (tick % 1 === 0 ? `${tick}` : '')), grid: { show: false }, size: 34, space: 36, label: 'Epoch', labelSize: 18, labelFont: CHART_FONT }),
          quietAxis({ scale: 'loss', size: 48 }),
          quietAxis({ scale: 'validation', side: 1, size: 56, grid: { show: false } }),
        ],
        series: [
          {},
          { scale: 'loss', stroke: themeColour('--muted'), width: 2, dash: [5, 4], points: { show: false } },
          { scale: 'validation', stroke: themeColour('--accent'), width: 2.5, points: { show: true, size: 6, fill: themeColour('--card'), stroke: themeColour('--accent') } },
        ],
      },
    }),
    element('details', { class: 'table-details', 'data-keep': 'curve-table' }, element('summary', { 'data-keep': 'curve-summary' }, 'As a table'),
      element('div', { class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': 'Learning curve as a table' }, element('table', {},
        element('thead', {}, element('tr', {}, ...['Epoch', 'Loss', metric].map((name) => element('th', { scope: 'col' }, name)))),
        element('tbody', {}, ...history.map((entry) => element('tr', {},
          element('th', { scope: 'row' }, entry.epoch), element('td', {}, entry.loss.toFixed(3)), element('td', {}, valueOf(entry)))))))),
  ];
}

const valueOf = ({ validation }: TrainProgress): string => validation?.value.toFixed(4) ?? '–';
