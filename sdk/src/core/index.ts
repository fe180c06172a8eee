// The contract's public names, nothing else. One line a file.
export { DOCS_URL, VitrineError } from './errors.ts';
export type { ErrorCode } from './errors.ts';

export { LIMITS, WIDGETS } from './events/types.ts';
export type * from './events/types.ts';
export { validateEvent, validateEventBatch } from './events/validate.ts';

export type * from './artifact/types.ts';

export { DEFAULTS, GOALS, KINDS } from './models/recommendation/config.ts';
export type { Goal, Kind, RecommendationConfig } from './models/recommendation/config.ts';
export type * from './models/recommendation/types.ts';
export * from './models/recommendation/config.ts';
export * from './models/recommendation/encode-session.ts';
export * from './models/recommendation/js-scorer.ts';
export * from './models/recommendation/load.ts';
export * from './models/recommendation/rank.ts';
