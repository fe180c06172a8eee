import type { Vitrine } from '../connectors/connect-recommendations.ts';

let current: Vitrine | null = null;
const waiting = new Set<(client: Vitrine) => void>();

/** Gives every element of the page its client; elements that were there first have waited for it. */
export function provideClient(client: Vitrine): void {
  current = client;
  for (const receive of waiting) receive(client);
  waiting.clear();
}

/** Calls back with the page's client, now or once there is one. Returns the function that stops waiting. */
export function whenClient(receive: (client: Vitrine) => void): () => void {
  if (current) receive(current);
  else waiting.add(receive);
  return () => void waiting.delete(receive);
}
