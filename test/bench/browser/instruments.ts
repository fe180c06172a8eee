import { CHANNEL, type InstrumentRequest, type ObjectCounts, type WorkerScope } from './messages.ts';

// Imported by a contestant's Worker before the contestant itself: its `message` listener is then the first to run, and
// what the contestant posts passes through here. The contestant's code is untouched.

const scope = globalThis as unknown as WorkerScope;
let arrived = 0;
scope.addEventListener('message', () => { arrived = performance.now(); });
const post = scope.postMessage.bind(scope);
scope.postMessage = (message) => post({ ...(message as object), milliseconds: performance.now() - arrived });

/** Contexts that were handed out and are not lost. */
const contexts = new Set<WebGL2RenderingContext>();
const getContext = OffscreenCanvas.prototype.getContext as (...input: unknown[]) => unknown;
OffscreenCanvas.prototype.getContext = function (this: OffscreenCanvas, ...input: unknown[]) {
  const context = getContext.apply(this, input);
  if (context instanceof WebGL2RenderingContext) contexts.add(context);
  return context;
} as typeof OffscreenCanvas.prototype.getContext;

const KINDS = { textures: 'Texture', buffers: 'Buffer', framebuffers: 'Framebuffer', programs: 'Program' } as const;
const counts: Record<keyof typeof KINDS, number> = { textures: 0, buffers: 0, framebuffers: 0, programs: 0 };
const gl = WebGL2RenderingContext.prototype as unknown as Record<string, (...input: unknown[]) => unknown>;
for (const [name, kind] of Object.entries(KINDS) as [keyof typeof KINDS, string][]) {
  const create = gl[`create${kind}`];
  const remove = gl[`delete${kind}`];
  gl[`create${kind}`] = function (...input) { counts[name]++; return create.apply(this, input); };
  gl[`delete${kind}`] = function (...input) { if (input[0]) counts[name]--; return remove.apply(this, input); };
}

const channel = new BroadcastChannel(CHANNEL);
channel.onmessage = ({ data }: MessageEvent<InstrumentRequest>) => {
  const alive = [...contexts].filter((context) => !context.isContextLost());
  if (data === 'lose-contexts') for (const context of alive) context.getExtension('WEBGL_lose_context')!.loseContext();
  channel.postMessage({ ...counts, contexts: alive.filter((context) => !context.isContextLost()).length } satisfies ObjectCounts);
};
