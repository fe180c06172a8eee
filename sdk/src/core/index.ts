// The contract's public names, nothing else. One line a file.
export { DOCS_URL, VitrineError } from './errors.ts';
export type { ErrorCode } from './errors.ts';
export { exitCode, httpStatus } from './error-codes.ts';

export { LIMITS, SOURCES, WIDGETS } from './events/types.ts';
export type * from './events/types.ts';
export { validateEvent, validateEventBatch } from './events/validate.ts';

export type * from './artifact/types.ts';
export { encodeArtifact } from './artifact/encode.ts';
export type { ManifestInput, Sign, TensorInput } from './artifact/encode.ts';
export { decodeArtifact } from './artifact/decode.ts';
export { dequantise } from './artifact/dequantise.ts';
export { hashArtifact } from './artifact/hash.ts';
export { formatPublishableKey, parsePublishableKey } from './artifact/key.ts';
export type { SubtleLike } from './artifact/subtle.ts';
export { verifyArtifact } from './artifact/verify.ts';
export type { VerifyOptions } from './artifact/verify.ts';

export type * from './features/row.ts';
export * from './features/categorical.ts';
export * from './features/combine.ts';
export * from './features/encode.ts';
export * from './features/numeric.ts';

export * from './models/intent/config.ts';
export * from './models/intent/explain.ts';
export * from './models/intent/forward.ts';
export * from './models/intent/load.ts';

export type * from './models/recommendation/types.ts';
export * from './models/recommendation/apply-rules.ts';
export * from './lists/arrange.ts';
export * from './models/recommendation/attributes.ts';
export * from './models/recommendation/config.ts';
export * from './models/recommendation/dot.ts';
export * from './models/recommendation/encode-session.ts';
export * from './models/recommendation/explain.ts';
export * from './models/recommendation/filter.ts';
export * from './models/recommendation/js-scan.ts';
export * from './models/recommendation/load.ts';
export * from './models/recommendation/plan-list.ts';
export * from './models/recommendation/rank.ts';
export * from './models/recommendation/rules.ts';
export * from './models/recommendation/shards.ts';
export * from './models/recommendation/select-top.ts';
export * from './models/recommendation/top-rows.ts';
export { BLOCK } from './models/recommendation/types.ts';
export * from './models/recommendation/wasm-scan.ts';
