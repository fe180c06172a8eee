import { VitrineError } from '../core/errors.ts';
import type { RankRequest } from '../core/models/recommendation/types.ts';
import type { BackendState, EngineReply, EngineRequest, LoadedModel, LoadInput, Ranking } from '../engine/protocol.ts';

/** The engine as the client sees it, wherever it runs. */
export interface EnginePort {
  readonly where: 'worker' | 'page';
  load(input: LoadInput): Promise<LoadedModel>;
  recommend(request: RankRequest): Promise<Ranking>;
  dispose(): void;
}

/** One side of the conversation in `protocol.ts`. */
interface Channel {
  readonly where: EnginePort['where'];
  post(request: EngineRequest, transfer: readonly ArrayBuffer[]): void;
  close(): void;
}

/** A Worker that says nothing for this long will not start. */
const START_MS = 10_000;
/** An answer takes milliseconds; a load takes the time to verify a few megabytes and compile shaders. */
const ANSWER_MS = 15_000;

/**
 * Starts the engine in a module Worker; where there are no Workers, or the page's policy forbids this one, on the page
 * itself in idle time.
 *
 * @param options.workerUrl null: on the page; left out: where a bundler put it
 *
 * @example
 * const engine = await openEngine({ onBackend: ({ backend }) => console.log(backend) });
 */
export async function openEngine(options: {
  workerUrl?: string | URL | null; onBackend: (state: BackendState) => void;
}): Promise<EnginePort> {
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: VitrineError) => void }>();
  let lastId = 0;

  const receive = (reply: EngineReply) => {
    if (reply.type === 'backend') return options.onBackend({ backend: reply.backend, reason: reply.reason });
    if (reply.type === 'started') return;
    const request = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.type === 'done') request?.resolve(reply.value as never);
    else request?.reject(new VitrineError(reply.code, reply.message));
  };

  const channel = (options.workerUrl !== null && (await openWorker(options.workerUrl, receive))) || (await openOnPage(receive));

  const ask = <T>(request: (id: number) => EngineRequest, transfer: readonly ArrayBuffer[] = []): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const id = ++lastId;
      const timer = setTimeout(() => settle(reject)(new VitrineError('internal', 'The engine did not answer in time.')), ANSWER_MS);
      const settle = <V>(end: (value: V) => void) => (value: V) => {
        clearTimeout(timer);
        waiting.delete(id);
        end(value);
      };
      waiting.set(id, { resolve: settle(resolve) as (value: never) => void, reject: settle(reject) });
      channel.post(request(id), transfer);
    });

  return {
    where: channel.where,
    load: (input) => ask((id) => ({ id, type: 'load', input }), [input.bytes.buffer]),
    recommend: (request) => ask((id) => ({ id, type: 'recommend', request })),
    dispose() {
      for (const { reject } of [...waiting.values()]) reject(new VitrineError('cancelled', 'The client was disposed.'));
      channel.close();
    },
  };
}

/** Resolves to null where no Worker can be had. */
function openWorker(url: string | URL | undefined, receive: (reply: EngineReply) => void): Promise<Channel | null> {
  return new Promise((resolve) => {
    let worker: Worker;
    try {
      worker = startWorker(url);
    } catch {
      return resolve(null);
    }
    const give = (channel: Channel | null) => {
      clearTimeout(timer);
      if (!channel) worker.terminate();
      resolve(channel);
    };
    const timer = setTimeout(() => give(null), START_MS);
    worker.onerror = (event) => {
      event.preventDefault(); // the page's own error reporting need not hear of it
      give(null);
    };
    worker.onmessage = (event: MessageEvent<EngineReply>) => {
      if (event.data.type === 'failed' && event.data.id === 0) return give(null);
      if (event.data.type !== 'started') return receive(event.data);
      worker.onerror = (error) => error.preventDefault(); // from here on a failure shows as an answer that does not come
      give({
        where: 'worker',
        post: (request, transfer) => worker.postMessage(request, transfer as Transferable[]),
        close: () => worker.terminate(),
      });
    };
  });
}

/** A Worker's script must come from the page's origin; from elsewhere it comes through a blob that imports it. */
function startWorker(address: string | URL | undefined): Worker {
  // Written in one piece, so that bundlers recognise it.
  if (address === undefined) return new Worker(new URL('../engine/worker.ts', import.meta.url), { type: 'module' });
  const url = new URL(address, document.baseURI);
  if (url.origin === location.origin) return new Worker(url, { type: 'module' });
  // A static import would need the address in worker-src; import() needs it in script-src, where the loader's is already.
  const source = `import(${JSON.stringify(url.href)}).catch(() => postMessage({ type: 'failed', id: 0 }));`;
  const blob = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  try {
    return new Worker(blob, { type: 'module' });
  } finally {
    // The Worker fetches its script after the constructor returns.
    setTimeout(() => URL.revokeObjectURL(blob), START_MS);
  }
}

async function openOnPage(receive: (reply: EngineReply) => void): Promise<Channel> {
  const { serveEngine } = await import('../engine/serve-engine.ts');
  const answer = serveEngine(receive);
  return {
    where: 'page',
    post: (request) => whenIdle(() => void answer(request)),
    close: () => void answer({ id: 0, type: 'dispose' }),
  };
}

/** Runs in the page's idle time, within a second at the latest. */
function whenIdle(run: () => void): void {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(run, { timeout: 1_000 });
  else setTimeout(run, 0);
}
