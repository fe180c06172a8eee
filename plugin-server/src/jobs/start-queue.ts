import { PgBoss } from 'pg-boss';
import type { QueueOptions, SendOptions } from 'pg-boss';
import type { Log } from '../context.ts';
import type { Database } from '../store/database.ts';
import { queueDatabase } from '../store/queue-database.ts';
import type { JobName, JobPayloads, JobQueue } from './queue.ts';

/** A queue that can be stopped; `boss` is for the worker beside it. */
export interface RunningQueue extends JobQueue {
  readonly boss: PgBoss;
  /** Aborted when the queue stops: long jobs end early and are taken up again later. */
  readonly stopping: AbortSignal;
  /** Ends jobs in hand, waiting for them up to 10 s. */
  stop(): Promise<void>;
}

/** Where training jobs end that will not be tried again, so that their runs do not stay "running" for ever. */
export const DEAD_TRAINING = 'dead-training';

/** How each kind of job is retried. `singleton`: one active at a time for each key, which is the shop; `exclusive`:
 * one waiting or active, another is not queued. */
export const QUEUES: Readonly<Record<JobName, QueueOptions & { policy?: 'singleton' | 'exclusive'; deadLetter?: string }>> = {
  'install-import': { policy: 'singleton', retryLimit: 5, retryDelay: 10, retryBackoff: true, retryDelayMax: 600, expireInSeconds: 4 * 3600, heartbeatSeconds: 60 },
  reconcile: { policy: 'exclusive', retryLimit: 5, retryDelay: 60, retryBackoff: true, retryDelayMax: 3600, expireInSeconds: 4 * 3600, heartbeatSeconds: 60 },
  'handle-webhook': { retryLimit: 8, retryDelay: 2, retryBackoff: true, retryDelayMax: 900, expireInSeconds: 300, heartbeatSeconds: 60 },
  // A retry is for a process that was stopped or killed: it goes on where that one stood.
  train: { policy: 'singleton', deadLetter: DEAD_TRAINING, retryLimit: 3, retryDelay: 5, expireInSeconds: 4 * 3600, heartbeatSeconds: 60 },
  update: { policy: 'singleton', deadLetter: DEAD_TRAINING, retryLimit: 3, retryDelay: 5, expireInSeconds: 3600, heartbeatSeconds: 60 },
};

/**
 * Starts the queue on the same database. Without `supervise` it only sends (a command that ends soon).
 */
export async function startQueue(db: Database, options: { log: Log; supervise?: boolean }): Promise<RunningQueue> {
  const { log, supervise = false } = options;
  const boss = new PgBoss({ db: queueDatabase(db), schema: 'queue', supervise, schedule: false, monitorVacuum: false, reindex: false });
  boss.on('error', (error) => log.error('queue', { reason: error }));
  boss.on('warning', (warning) => log.warn('queue', { reason: warning.message }));
  await boss.start();
  await boss.createQueue(DEAD_TRAINING);
  for (const [name, queue] of Object.entries(QUEUES)) await boss.createQueue(name, queue);
  const stopping = new AbortController();
  return {
    boss,
    stopping: stopping.signal,
    async send<Name extends JobName>(name: Name, payload: JobPayloads[Name]) {
      const send: SendOptions = QUEUES[name].policy ? { singletonKey: payload.shop } : {};
      await boss.send(name, payload, send);
    },
    async sendWebhooks(payloads) {
      await boss.insert('handle-webhook', payloads.map((data) => ({ data })), db.urgent && { db: queueDatabase(db.urgent) });
    },
    stop() {
      stopping.abort();
      return boss.stop({ graceful: true, timeout: 10_000, close: false });
    },
  };
}
