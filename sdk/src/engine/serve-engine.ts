import { VitrineError } from '../core/errors.ts';
import { loadEngine, type Engine, type EngineOptions } from './engine.ts';
import type { EngineReply, EngineRequest } from './protocol.ts';

/**
 * Answers the messages of `protocol.ts`. A newly loaded artifact takes the place of the one before only once it stands
 * whole; until then, and if it fails, the old one keeps answering.
 *
 * @example
 * const answer = serveEngine((reply) => postMessage(reply));
 * onmessage = (event) => answer(event.data);
 */
export function serveEngine(post: (reply: EngineReply) => void, options: EngineOptions = {}): (request: EngineRequest) => Promise<void> {
  let current: Engine | null = null;

  const handle = async (request: EngineRequest) => {
    switch (request.type) {
      case 'load': {
        const next = await loadEngine(request.input, { ...options, onBackend: (state) => post({ type: 'backend', ...state }) });
        current?.dispose();
        current = next;
        return { version: next.version, items: next.items };
      }
      case 'recommend':
        if (!current) throw new VitrineError('not_found', 'No artifact is loaded yet: send "load" first.');
        return await current.recommend(request.request);
      case 'dispose':
        current?.dispose();
        current = null;
        return null;
    }
  };

  return async (request) => {
    try {
      post({ type: 'done', id: request.id, value: await handle(request) });
    } catch (error) {
      // Known by its code: a chunk that is loaded later has a class of its own.
      const known = (error as VitrineError).code ? (error as VitrineError) : new VitrineError('internal', 'The engine failed on this device.', { cause: error });
      post({ type: 'failed', id: request.id, code: known.code, message: known.message });
    }
  };
}
