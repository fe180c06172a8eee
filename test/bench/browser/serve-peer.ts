import type { BenchRequest, PeerLoad, PeerMessage, Reply, WorkerScope } from './messages.ts';

/** A contestant: loads its model once, then ranks. Returns rows, best first. */
export interface Peer {
  load(input: PeerLoad): Promise<(request: BenchRequest) => ArrayLike<number> | Promise<ArrayLike<number>>>;
}

export type Serve = (post: (reply: Reply) => void) => (message: PeerMessage) => Promise<void>;

/** Puts a peer behind the messages of our own Worker; on a page it is called directly instead. */
export function servePeer(peer: Peer): Serve {
  const serve: Serve = (post) => {
    let rank: Awaited<ReturnType<Peer['load']>>;
    return async (message) => {
      try {
        if (message.type === 'load') {
          rank = await peer.load(message.input);
          post({ type: 'done', id: message.id });
        } else {
          const rows = await rank(message.request);
          post({ type: 'done', id: message.id, value: { items: Array.from(rows, (row) => ({ id: `p${row}` })) } });
        }
      } catch (error) {
        post({ type: 'failed', id: message.id, message: String(error) });
      }
    };
  };
  if (typeof document === 'undefined') {
    const scope = globalThis as unknown as WorkerScope;
    const answer = serve((reply) => scope.postMessage(reply));
    scope.addEventListener('message', (event) => void answer(event.data as PeerMessage));
    scope.postMessage({ type: 'started' });
  }
  return serve;
}

/** Ids are "p0", "p1", …: a peer needs no dictionary of ids, which ours keeps. */
export const rowOf = (id: string): number => Number(id.slice(1));
