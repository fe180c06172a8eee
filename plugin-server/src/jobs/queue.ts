/** Jobs and what they carry. Each is handled at least once, so its service must be idempotent. */
export interface JobPayloads {
  /** Import a shop's products and orders through a bulk operation, then train. */
  'install-import': { readonly shop: string };
  /** Bring the store to what the shop has, whatever webhooks were lost. */
  reconcile: { readonly shop: string };
  /** Handle a stored webhook delivery. */
  'handle-webhook': { readonly shop: string; readonly topic: string; readonly webhookId: string };
  /** Train, evaluate and publish the recommendation model. */
  train: { readonly shop: string; readonly runId: string };
  /** Bring the live model up to date, and publish it. */
  update: { readonly shop: string; readonly runId: string };
}

export type JobName = keyof JobPayloads;

/** A durable queue on the same database. */
export interface JobQueue {
  send<Name extends JobName>(name: Name, payload: JobPayloads[Name]): Promise<void>;
  /** Queues the handling of several deliveries by one statement. */
  sendWebhooks(payloads: readonly JobPayloads['handle-webhook'][]): Promise<void>;
}
