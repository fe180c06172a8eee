import type { Page } from 'playwright-core';

/**
 * Bytes in use on the JavaScript heap of a page's only Worker, right after a garbage collection.
 *
 * The Worker has a heap of its own, which the page's debugging session does not see: messages go through
 * `Target.sendMessageToTarget` to the Worker's.
 */
export async function workerHeap(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  try {
    const attached = new Promise<string>((resolve) => session.on('Target.attachedToTarget', ({ sessionId }) => resolve(sessionId)));
    await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
    const sessionId = await attached;
    let next = 0;
    const ask = (method: string): Promise<Record<string, number>> => {
      const id = ++next;
      const answered = new Promise<Record<string, number>>((resolve) => session.on('Target.receivedMessageFromTarget', ({ message }) => {
        const reply = JSON.parse(message) as { id?: number; result: Record<string, number> };
        if (reply.id === id) resolve(reply.result);
      }));
      return session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method }) }).then(() => answered);
    };
    await ask('HeapProfiler.enable');
    await ask('HeapProfiler.collectGarbage');
    return (await ask('Runtime.getHeapUsage')).usedSize;
  } finally {
    await session.detach();
  }
}
