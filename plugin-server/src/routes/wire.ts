import type { HttpBindings } from '@hono/node-server';
import type { Context as Request } from 'hono';

// What an answer from memory costs is mostly headers: lists of them are made, checked and copied for each request. Here they
// are read where Node has parsed them, and written as a plain record, which goes to the socket as it is.

/** A request's header, by its name in lower case. Of several of the same name what Node makes of them: joined, or the first. */
export function requestHeader(c: Request, name: string): string | undefined {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  if (!incoming) return c.req.header(name); // `app.request()`
  const value = incoming.headers[name];
  return typeof value === 'string' ? value : value?.join(', ');
}

const common = new WeakMap<Request, Readonly<Record<string, string>>>();

/** Says which headers every answer to this request has; `answer` puts them in, other answers get them from `addCommonHeaders`. */
export function setCommonHeaders(c: Request, headers: Readonly<Record<string, string>>): void {
  common.set(c, headers);
}

/** An answer with the common headers and its own, which win. */
export function answer(c: Request, body: string | Uint8Array<ArrayBuffer> | null, status: number, headers: Readonly<Record<string, string>>): Response {
  const record = { ...common.get(c), ...headers };
  common.delete(c);
  return new Response(body, { status, headers: record });
}

/** Puts the common headers into an answer that was not made by `answer`. A header it has itself wins. */
export function addCommonHeaders(c: Request): void {
  const { outgoing } = (c.env ?? {}) as Partial<HttpBindings>;
  for (const [name, value] of Object.entries(common.get(c) ?? {})) {
    if (outgoing) outgoing.setHeader(name, value); // those of the answer are written over it
    else if (!c.res.headers.has(name)) c.header(name, value);
  }
}
