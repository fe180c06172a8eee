import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly headers: string;
  readonly bytes: number;
}

/**
 * One HTTP/1.1 connection that is kept open, one request at a time: as little work as a client can do, so that what is
 * measured is the server. Understands answers with a length, without a body, and in chunks.
 */
export class Connection {
  readonly #socket: Socket;
  #parts: Buffer[] = [];
  #size = 0;
  /** Bytes the answer will have; 0 until its head is there, -1 when it comes in chunks. */
  #expected = 0;
  #head = '';
  #closed = false;
  #waiting: { resolve(answer: Answer): void; reject(reason: Error): void } | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (part: Buffer) => this.#take(part));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the connection was closed')));
  }

  static open(port: number, host = '127.0.0.1'): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, host);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Connection(socket));
      });
    });
  }

  /** Sends a whole request, head and body. */
  ask(request: Buffer | string): Promise<Answer> {
    if (this.#closed) return Promise.reject(new Error('the connection is closed'));
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  /** Whether either side has ended it: a server does so with one that nothing is asked over for seconds. */
  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #fail(error: Error): void {
    this.#closed = true;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  #take(part: Buffer): void {
    this.#parts.push(part);
    this.#size += part.length;
    if (this.#expected === 0) {
      const soFar = this.#parts.length === 1 ? part : Buffer.concat(this.#parts);
      const end = soFar.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.#head = soFar.toString('latin1', 0, end);
      const status = Number(this.#head.slice(9, 12));
      const [, length] = /\r\ncontent-length: *(\d+)/i.exec(this.#head) ?? [];
      if (status === 204 || status === 304) this.#expected = end + 4;
      else if (length !== undefined) this.#expected = end + 4 + Number(length);
      else this.#expected = -1;
    }
    const complete = this.#expected === -1 ? Buffer.concat(this.#parts).subarray(-7).includes('0\r\n\r\n') : this.#size >= this.#expected;
    if (!complete) return;
    const answer = { status: Number(this.#head.slice(9, 12)), headers: this.#head, bytes: this.#size };
    this.#parts = [];
    this.#size = 0;
    this.#expected = 0;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(answer);
  }
}

/** The text of a request over a kept connection. */
export function request(method: string, path: string, headers: Readonly<Record<string, string>> = {}, body?: string): string {
  const lines = Object.entries({ host: 'localhost', ...headers, ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }) });
  return `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body ?? ''}`;
}
