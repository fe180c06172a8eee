import type { Evaluation } from '../../src/pipeline/types.ts';
import type { Overview } from '../../src/services/overview.ts';
import { formatAgo, formatDuration } from './format.ts';

export type Tone = 'good' | 'busy' | 'attention' | 'failed' | 'idle';

/** What the owner reads first: is all well, and if not, the one thing to do. */
export interface Verdict {
  readonly tone: Tone;
  readonly title: string;
  readonly detail: string;
  /** The exact line behind it, where there is one. */
  readonly reason?: string;
}

/** Judges the whole page in one line. What needs the owner comes before what is fine. */
export function judge(overview: Overview): Verdict {
  const { shop, counts, imports, release, run, activity } = overview;
  const stays = release ? 'The version published before stays live.' : 'Nothing is published yet.';
  if (isTraining(overview)) {
    const { epoch, epochs, secondsLeft } = run!.progress;
    return {
      tone: 'busy', title: run!.status === 'queued' ? 'Training starts in a moment' : 'A new model is training',
      detail: epoch && epochs ? `Epoch ${epoch} of ${epochs}${secondsLeft === undefined ? '' : `, about ${formatDuration(secondsLeft)} left`}. ${release ? 'Until it has proved itself, today’s recommendations stay.' : 'It goes live when it beats popularity and co-purchase.'}`
        : release ? 'Shoppers keep seeing today’s recommendations until it has proved itself.' : 'It goes live by itself when it beats popularity and co-purchase.',
    };
  }
  if (isImporting(overview)) {
    return { tone: 'busy', title: 'Your orders are being imported', detail: 'You can leave this page; the import and the first training go on without it.' };
  }
  // A release made after the run settles what the run left open.
  const open = run !== null && (release === null || (run.finishedAt ?? 0) >= release.publishedAt);
  if (open && run.status === 'failed') {
    return { tone: 'failed', title: 'The last training failed', detail: stays, reason: run.result?.error };
  }
  if (open && run.result?.notPublished) {
    return { tone: 'attention', title: 'The new model was not published', detail: `It was not good enough. ${stays}`, reason: run.result.notPublished };
  }
  if (counts.orders === 0) {
    const failed = imports[0]?.status === 'failed';
    const reason = imports[0]?.report['error'];
    return failed
      ? { tone: 'failed', title: 'The import failed', detail: 'Nothing of it was stored. Correct the file or the connection and import again.', reason: typeof reason === 'string' ? reason : undefined }
      : { tone: 'idle', title: 'Ready for your first orders', detail: 'Recommendations are learned from orders. Import them and the rest follows by itself.' };
  }
  if (!release) return { tone: 'idle', title: 'Ready to train', detail: 'Your orders are here. Train the first model; it takes a few minutes.' };
  if (activity.firstEventAt === null) {
    return { tone: 'attention', title: 'Published, but not on your storefront yet', detail: `No visit has been seen so far. ${shop.source === 'file' ? 'Add the SDK to your storefront with the publishable key.' : 'Switch on the Vitrine app embed in your theme.'}` };
  }
  const since = formatAgo(release.publishedAt, overview.at);
  return release.reason === 'rollback'
    ? { tone: 'good', title: 'Recommendations are live', detail: `An earlier version is live again since ${since === 'just now' ? 'a moment' : `you rolled back ${since}`}.` }
    : { tone: 'good', title: 'Recommendations are live', detail: `${isAhead(overview.evaluations) ? 'All is well: the model is better than popularity and co-purchase.' : 'The model is published.'} Published ${since}.` };
}

/** Whether the model's mean NDCG@20, weighed by cases, is above each baseline's: what the gate asks. */
function isAhead(evaluations: readonly Evaluation[]): boolean {
  const total = (model: string): number => evaluations.reduce((sum, evaluation) => sum + evaluation.cases * (metricOf(evaluation, model, 'NDCG@20') ?? 0), 0);
  return ['popularity', 'co-purchase'].every((baseline) => total('shipped') > total(baseline));
}

export function isTraining({ run }: Overview): boolean {
  return run?.status === 'queued' || run?.status === 'running';
}

/** Trained a moment ago, and not yet told whether it was published. */
export function isSettling({ run, at }: Overview): boolean {
  return run?.status === 'done' && run.result?.sequence === undefined && run.result?.notPublished === undefined && at - (run.finishedAt ?? 0) < 10_000;
}

export function isImporting({ imports }: Overview): boolean {
  return imports.some(({ status }) => status === 'running');
}

/** The protocol's first word names the task: "next-basket: …". */
export const taskOf = (evaluation: Evaluation): string => evaluation.protocol.split(':')[0].trim();

/** The evaluation that the page leads with: products that follow in the same basket, else the first. */
export function leadEvaluation(evaluations: readonly Evaluation[]): Evaluation | undefined {
  return evaluations.find((evaluation) => taskOf(evaluation) === 'rest-of-basket') ?? evaluations[0];
}

/** A metric of one model, or undefined where it was not measured. */
export function metricOf(evaluation: Evaluation, model: string, metric: string): number | undefined {
  return evaluation.rows.find((row) => row.model === model)?.metrics[metric];
}
