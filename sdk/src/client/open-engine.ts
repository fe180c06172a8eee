import { VitrineError } from '../core/errors.ts';
import type { ListRequest } from '../core/models/recommendation/plan-list.ts';
import type { BackendState, EngineReply, EngineRequest, LoadedModel, LoadInput, Ranking } from '../engine/protocol.ts';

/** The engine as the client sees it, wherever it runs. */
export interface EnginePort {
  readonly where: 'worker' | 'page';
  load(input: LoadInput): Promise<LoadedModel>;
  recommend(request: ListRequest): Promise<Ranking>;
  dispose(): void;
}

export interface EngineOptions {
  /** null: on the page; left out: where a bundler put it. */
  readonly workerUrl?: string | URL | null;
  readonly onBackend: (state: BackendState) => void;
  /** The Worker crashed, or has stopped answering. Called once; the port is of no more use. */
  readonly onLost: () => void;
}

/** One side of the conversation in `protocol.ts`. */
interface Channel {
  readonly where: EnginePort['where'];
  post(request: EngineRequest, transfer: readonly ArrayBuffer[]): void;
  close(): void;
}

/** A Worker that says nothing for this long will not start. */
const START_MS = 10_000;
/** A ranking takes milliseconds; a device that is busy with other things may take seconds to begin. */
const RANK_MS = 6_000;
/** A load takes the time to verify a few megabytes: seconds on a slow phone. */
const LOAD_MS = 60_000;

/**
 * Starts the engine in a module Worker; where there are no Workers, or the page's policy forbids this one, on the page
 * itself in idle time.
 *
 * What is waiting when the Worker is lost rejects with `cancelled`: it may be asked again of another engine.
 *
 * @example
 * const engine = await openEngine({ onBackend: ({ backend }) => console.log(backend), onLost: () => console.log('lost') });
 */
export async function openEngine(options: EngineOptions): Promise<EnginePort> {
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: VitrineError) => void }>();
  let lastId = 0;
  let open = true;

  const receive = (reply: EngineReply) => {
    if (reply.type === 'backend') return options.onBackend({ backend: reply.backend, reason: reply.reason });
    if (reply.type === 'started') return;
    const request = waiting.get(reply.id);
    if (reply.type === 'done') request?.resolve(reply.value as never);
    else request?.reject(new VitrineError(reply.code, reply.message));
  };
  const end = () => {
    open = false;
    channel.close();
    for (const { reject } of [...waiting.values()]) reject(new VitrineError('cancelled', 'The engine was stopped.'));
  };
  const lose = () => {
    if (!open) return;
    options.onLost();
    end();
  };
  /** An error that leaves nothing unanswered, such as one in a timer, is no reason to begin again. */
  const onError = () => {
    if (waiting.size > 0) lose();
  };

  const channel = (options.workerUrl !== null && (await openWorker(options.workerUrl, receive, onError))) || (await openOnPage(receive));

  const ask = <T>(patience: number, request: (id: number) => EngineRequest, transfer: readonly ArrayBuffer[] = []): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (!open) return reject(new VitrineError('cancelled', 'The engine was stopped.'));
      const id = ++lastId;
      const timer = setTimeout(lose, patience);
      const settle = <V>(finish: (value: V) => void) => (value: V) => {
        clearTimeout(timer);
        waiting.delete(id);
        finish(value);
      };
      waiting.set(id, { resolve: settle(resolve) as (value: never) => void, reject: settle(reject) });
      channel.post(request(id), transfer);
    });

  return {
    where: channel.where,
    load: (input) => ask(LOAD_MS, (id) => ({ id, type: 'load', input }), [input.bytes.buffer]),
    recommend: (request) => ask(RANK_MS, (id) => ({ id, type: 'recommend', request })),
    dispose: end,
  };
}

/** Resolves to null where no Worker can be had. */
function openWorker(url: string | URL | undefined, receive: (reply: EngineReply) => void, onError: () => void): Promise<Channel | null> {
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
      worker.onerror = (error) => {
        error.preventDefault();
        onError();
      };
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
