import type { EngineReply, EngineRequest } from './protocol.ts';
import { serveEngine } from './serve-engine.ts';

// The module Worker: the engine behind postMessage. A page without Workers imports the same file and calls serveEngine.
export { serveEngine };

if (typeof document === 'undefined') {
  const scope = globalThis as unknown as DedicatedWorkerGlobalScope;
  const post = (reply: EngineReply) => scope.postMessage(reply);
  const answer = serveEngine(post);
  scope.addEventListener('message', (event: MessageEvent<EngineRequest>) => void answer(event.data));
  post({ type: 'started' });
}
