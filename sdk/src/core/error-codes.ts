import type { ErrorCode, VitrineError } from './errors.ts';

// Apart from the errors themselves, because no browser needs it.

const HTTP_STATUS: Record<ErrorCode, number> = {
  bad_input: 400, bad_usage: 400, bad_config: 500, unauthorized: 401, forbidden: 403, not_found: 404, conflict: 409,
  too_large: 413, rate_limited: 429, not_enough_data: 422, not_better: 409, artifact_corrupt: 422,
  artifact_version: 422, artifact_shop: 422, artifact_signature: 422, upstream: 502, cancelled: 409, internal: 500,
};

/** Codes that mean "used wrongly, or bad input": exit code 2. Everything else fails with exit code 1. */
const WRONG_USE: ReadonlySet<ErrorCode> = new Set([
  'bad_input', 'bad_usage', 'bad_config', 'too_large', 'artifact_corrupt', 'artifact_version', 'artifact_shop', 'artifact_signature',
]);

/** HTTP status that stands for an error's code. */
export function httpStatus({ code }: VitrineError): number {
  return HTTP_STATUS[code];
}

/** 1: failed; 2: wrong use or bad input. */
export function exitCode({ code }: VitrineError): 1 | 2 {
  return WRONG_USE.has(code) ? 2 : 1;
}
