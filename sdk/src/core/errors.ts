/**
 * Every failure a person can meet carries one of these codes. The code fixes how it is shown: an HTTP status on the
 * server, an exit code on the command line, a quiet fallback in the storefront.
 */
export type ErrorCode =
  | 'bad_input' // a file, a field or an argument is not what it must be
  | 'bad_usage' // a command or call used wrongly
  | 'bad_config' // an environment variable or option is missing or malformed
  | 'unauthorized' // no valid proof of who is asking
  | 'forbidden' // known, but not allowed
  | 'not_found'
  | 'conflict' // the request contradicts what is stored
  | 'too_large'
  | 'rate_limited'
  | 'not_enough_data' // too few orders or products to train or evaluate
  | 'not_better' // the gate before publishing: the candidate does not beat its baseline
  | 'artifact_corrupt' // cut short, bit-flipped, or not an artifact
  | 'artifact_version' // a format version this code does not read
  | 'artifact_shop' // made for another shop
  | 'artifact_signature' // not signed by the shop's key
  | 'upstream' // the shop's API or the network failed
  | 'cancelled'
  | 'internal';

const HTTP_STATUS: Record<ErrorCode, number> = {
  bad_input: 400, bad_usage: 400, bad_config: 500, unauthorized: 401, forbidden: 403, not_found: 404, conflict: 409,
  too_large: 413, rate_limited: 429, not_enough_data: 422, not_better: 409, artifact_corrupt: 422,
  artifact_version: 422, artifact_shop: 422, artifact_signature: 422, upstream: 502, cancelled: 409, internal: 500,
};

/** Codes that mean "used wrongly, or bad input": exit code 2. Everything else fails with exit code 1. */
const WRONG_USE: ReadonlySet<ErrorCode> = new Set([
  'bad_input', 'bad_usage', 'bad_config', 'too_large', 'artifact_corrupt', 'artifact_version', 'artifact_shop', 'artifact_signature',
]);

/** Where the documentation explains each code. */
export const DOCS_URL = 'https://vitrine.example/docs/errors';

/**
 * The one error class.
 *
 * `message` is one line for a person: what is wrong, where, and what to do next. It never holds a token, an address or
 * any other personal data.
 *
 * @example
 * throw new VitrineError('bad_input', 'orders.csv, line 7: "12/13/14" is not a date. Use 2024-12-13 or pass --dates dmy.');
 */
export class VitrineError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'VitrineError';
    this.code = code;
  }

  /** Address of the page that explains the code. */
  get docsUrl(): string {
    return `${DOCS_URL}#${this.code}`;
  }

  /** HTTP status that stands for the code. */
  get status(): number {
    return HTTP_STATUS[this.code];
  }

  /** 1: failed; 2: wrong use or bad input. */
  get exitCode(): 1 | 2 {
    return WRONG_USE.has(this.code) ? 2 : 1;
  }
}
