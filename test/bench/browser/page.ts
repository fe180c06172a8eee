import { type Answer, type BenchRequest, CHANNEL, type InstrumentRequest, type ObjectCounts, type Reply } from './messages.ts';
import type { Serve } from './serve-peer.ts';

/** How a contestant is started. */
export interface Contestant {
  readonly name: string;
  /** Address of its script, a module. */
  readonly script: string;
  /** Run on the page itself instead of in a Worker. */
  readonly onPage?: boolean;
  /** Without the stopwatch, which has no place in a cold start. */
  readonly plain?: boolean;
  /** Address of its model, fetched while the script starts and handed over. */
  readonly file: string;
  /** Goes into its `load` message beside the model's bytes. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** One call: until the page has the answer, and inside the Worker; milliseconds. */
export interface Sample {
  readonly page: number;
  readonly inside: number;
}

interface Running {
  ask(type: 'load' | 'recommend', content: object, transfer?: Transferable[]): Promise<Reply>;
  close(): void;
  readonly backends: { readonly backend: string; readonly at: number }[];
}

/** A contestant that says nothing for so long has failed. */
const PATIENCE = 60_000;

const running = new Map<string, Running>();

async function start({ name, script, onPage, plain }: Contestant): Promise<Running> {
  let hear: (reply: Reply) => void = () => {};
  const started = new Promise<void>((resolve) => { hear = (reply) => reply.type === 'started' && resolve(); });
  let send: (message: object, transfer: Transferable[]) => void;
  let close = () => {};
  const backends: { backend: string; at: number }[] = [];
  let failed: (error: Error) => void = () => {};
  if (onPage) {
    const { serve } = (await import(script)) as { serve: Serve };
    const answer = serve((reply) => hear(reply));
    send = (message) => void answer(message as never);
  } else {
    const worker = new Worker(plain ? script : `/timed.js?script=${script}`, { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      if (data.type === 'backend') backends.push({ backend: data.backend!, at: performance.now() });
      else hear(data);
    };
    worker.onerror = (event) => failed(new Error(`${name}: ${event.message || 'its Worker failed'}`));
    send = (message, transfer) => worker.postMessage(message, transfer);
    close = () => worker.terminate();
    await Promise.race([started, new Promise((_, reject) => { failed = reject; })]);
  }
  let next = 0;
  return {
    backends, close,
    ask: (type, content, transfer = []) => new Promise((resolve, reject) => {
      const id = ++next;
      failed = reject;
      const late = setTimeout(() => reject(new Error(`${name}: no answer to "${type}" in ${PATIENCE / 1000} s`)), PATIENCE);
      hear = (reply) => {
        if (reply.id !== id) return;
        clearTimeout(late);
        if (reply.type === 'failed') reject(new Error(`${name}: ${reply.message}`));
        else resolve(reply);
      };
      send({ id, type, ...content }, transfer);
    }),
  };
}

async function load(one: Running, { input }: Contestant, bytes: ArrayBuffer): Promise<void> {
  const array = new Uint8Array(bytes);
  await one.ask('load', { input: { ...input, bytes: array } }, [bytes]);
}

const fetchBytes = async (file: string): Promise<ArrayBuffer> => (await fetch(file)).arrayBuffer();

/** Starts a contestant and loads its model. */
export async function open(contestant: Contestant): Promise<void> {
  const bytes = fetchBytes(contestant.file);
  const one = await start(contestant);
  running.set(contestant.name, one);
  await load(one, contestant, await bytes);
}

export function close(name: string): void {
  running.get(name)?.close();
  running.delete(name);
}

/** One answer. */
export async function recommend(name: string, request: BenchRequest): Promise<Answer> {
  return (await running.get(name)!.ask('recommend', { request })).value!;
}

export interface Repeat {
  readonly calls: number;
  /** After so many milliseconds fewer calls are enough, … */
  readonly budget: number;
  /** … but so many at least. */
  readonly least: number;
}

/** Calls one after the other, the sessions in turn. */
export async function measure(name: string, requests: readonly BenchRequest[], { calls, budget, least }: Repeat): Promise<Sample[]> {
  const one = running.get(name)!;
  const samples: Sample[] = [];
  const begin = performance.now();
  for (let call = 0; call < calls && (call < least || performance.now() - begin < budget); call++) {
    const from = performance.now();
    const reply = await one.ask('recommend', { request: requests[call % requests.length] });
    const page = performance.now() - from;
    samples.push({ page, inside: reply.milliseconds ?? page });
  }
  return samples;
}

/**
 * From nothing to the first answer on the page: script, model, set-up, first call. Milliseconds since the start, and the
 * longest time in which the page could do nothing else.
 */
export async function cold(contestant: Contestant, request: BenchRequest): Promise<{ milliseconds: number; blocked: number; answer: Answer }> {
  let blocked = 0;
  let last = performance.now();
  const beat = new MessageChannel();
  beat.port1.onmessage = () => {
    const now = performance.now();
    blocked = Math.max(blocked, now - last);
    last = now;
    setTimeout(() => beat.port2.postMessage(0), 1);
  };
  const from = performance.now();
  beat.port2.postMessage(0);
  await open(contestant);
  const answer = await recommend(contestant.name, request);
  const milliseconds = performance.now() - from;
  blocked = Math.max(blocked, performance.now() - last);
  beat.port1.close();
  close(contestant.name);
  return { milliseconds, blocked, answer };
}

/** Takes the WebGL context away, asks at once, and asks again until WebGL answers as before. */
export async function loseContext(name: string, request: BenchRequest): Promise<{ during: Answer; rebuilt: number; after: Answer }> {
  const { backends } = running.get(name)!;
  const changes = backends.length;
  const { contexts } = await askInstruments('lose-contexts');
  if (contexts > 0) throw new Error(`${name}: its context could not be taken away`);
  const from = performance.now();
  const during = await recommend(name, request);
  const back = () => backends.slice(changes).find(({ backend }) => backend === 'webgl');
  while (!back()) {
    if (performance.now() - from > PATIENCE) throw new Error(`${name}: WebGL did not come back`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return { during, rebuilt: back()!.at - from, after: await recommend(name, request) };
}

/** Asks the instruments in the Workers of this page; while one contestant is open, so that one of them answers. */
export function askInstruments(request: InstrumentRequest): Promise<ObjectCounts> {
  const channel = new BroadcastChannel(CHANNEL);
  return new Promise((resolve) => {
    channel.onmessage = ({ data }: MessageEvent<ObjectCounts>) => {
      channel.close();
      resolve(data);
    };
    channel.postMessage(request);
  });
}

/** Lets the browser's GPU process and its WASM compiler start before anyone's first call is timed. */
export async function warmBrowser(): Promise<string> {
  const gl = document.createElement('canvas').getContext('webgl2');
  if (!gl) return 'none';
  gl.clear(gl.COLOR_BUFFER_BIT);
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
  await WebAssembly.compile(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  const worker = new Worker(URL.createObjectURL(new Blob(['postMessage(0)'])));
  await new Promise((resolve) => { worker.onmessage = resolve; });
  worker.terminate();
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return renderer;
}
