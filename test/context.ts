import type { TestContext } from 'node:test';
import type { Config } from '../plugin-server/src/config.ts';
import type { Context } from '../plugin-server/src/context.ts';
import type { JobName, JobPayloads } from '../plugin-server/src/jobs/queue.ts';
import { silentLog } from '../plugin-server/src/log.ts';
import { withDatabase } from './database.ts';

/** A configuration for tests: an app known to Shopify by made-up credentials. */
export const TEST_CONFIG: Config = {
  home: '.vitrine-test', secret: 'a secret that is only used by tests', port: 0, host: '127.0.0.1', appUrl: 'https://app.test',
  shopify: { apiKey: 'test-api-key', apiSecret: 'test-api-secret' }, device: 'cpu', appBridgeUrl: 'https://cdn.shopify.com/shopifycloud/app-bridge.js',
};

export interface TestContextWithJobs extends Context {
  /** What was queued, in order; nothing works on it. */
  readonly sent: { name: JobName; payload: JobPayloads[JobName] }[];
}

/** A context on an empty embedded database; queued jobs are only written down. */
export async function withContext(t: Pick<TestContext, 'after'>, overrides: Partial<Context> = {}): Promise<TestContextWithJobs> {
  const sent: TestContextWithJobs['sent'] = [];
  return {
    db: overrides.db ?? (await withDatabase(t)), config: TEST_CONFIG, clock: Date.now, log: silentLog,
    fetch: async () => { throw new Error('a test fetched without saying so'); },
    jobs: {
      async send(name, payload) { sent.push({ name, payload }); },
      async sendWebhooks(payloads) { for (const payload of payloads) sent.push({ name: 'handle-webhook', payload }); },
    },
    sent, ...overrides,
  };
}
