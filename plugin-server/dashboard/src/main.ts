import type { Overview } from '../../src/services/overview.ts';
import { ApiError, createApi, createTokenSource } from './api.ts';
import { shareDone } from './cards/training.ts';
import { createPage } from './page.ts';
import { saveFile } from './save-file.ts';
import { isImporting, isSettling, isTraining, judge } from './verdict.ts';

/** Milliseconds between two looks at the server: while training, while importing, otherwise. */
const POLL = { training: 1000, importing: 3000, idle: 20_000 } as const;

const api = createApi(createTokenSource());
let overview: Overview | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
/** Counts actions, so that an answer asked for before one does not undo what it showed. */
let turn = 0;

const page = createPage(document.getElementById('dashboard')!, {
  train: () => void act(async () => {
    if (!overview || isTraining(overview) || isImporting(overview) || overview.counts.orders === 0) return;
    await api.train();
    page.announce('Training is queued.');
  }),
  rollback: () => void act(async () => {
    const yes = await page.confirm({
      title: 'Roll back to the release before?', action: 'Roll back',
      text: 'Shoppers get the earlier model within a minute. The current one stays stored, and the next training may replace it.',
    });
    if (!yes) return;
    await api.rollback();
    page.announce('The earlier release is live again.');
  }),
  reload: () => void act(async () => {}),
  answerDataRequest: (id) => void act(async () => {
    saveFile('customer-data.json', JSON.stringify(await api.answerDataRequest(id), null, 2));
    page.announce('The file was saved.');
  }),
});

async function act(action: () => Promise<void>): Promise<void> {
  turn++;
  try {
    await action();
    await look();
  } catch (error) {
    fail(error);
  }
}

/** Asks the server for everything, or while a training runs for that run alone, and shows it. */
async function look(): Promise<void> {
  clearTimeout(timer);
  const asked = ++turn;
  try {
    const next = await read(overview);
    if (asked !== turn) return;
    overview = next;
    page.showError(undefined);
    page.update(next);
    announce(next);
  } catch (error) {
    if (asked === turn) fail(error);
  }
  if (asked === turn && !document.hidden) timer = setTimeout(look, waitAfter(overview));
}

let wasTraining: string | undefined;

async function read(before: Overview | undefined): Promise<Overview> {
  if (before?.run && wasTraining === before.run.id && isTraining(before)) {
    const run = { ...before.run, ...(await api.run(before.run.id)) };
    if (isTraining({ ...before, run })) return { ...before, run };
  }
  const next = await api.overview();
  wasTraining = isTraining(next) ? next.run!.id : undefined;
  return next;
}

function waitAfter(shown: Overview | undefined): number {
  if (!shown) return POLL.idle;
  return isTraining(shown) || isSettling(shown) ? POLL.training : isImporting(shown) ? POLL.importing : POLL.idle;
}

/** Says the verdict when it changes, and each quarter of a training: more would talk over the page. */
function announce(shown: Overview): void {
  const { title, reason } = judge(shown);
  const quarter = isTraining(shown) ? Math.floor(shareDone(shown.run!.progress) * 4) * 25 : 0;
  page.announce(quarter > 0 ? `${title}: ${quarter} percent done.` : `${title}.${reason === undefined ? '' : ` ${reason}`}`);
}

function fail(error: unknown): void {
  if (!(error instanceof ApiError)) reportError(error);
  page.showError(error instanceof ApiError ? error.message : 'Something went wrong on this page. Load it again.');
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) clearTimeout(timer);
  else void look();
});

void look();
