// The SDK's public names, nothing else.
export { createVitrine } from './client/create-vitrine.ts';
export type {
  Product, RecommendedItem, RecommendRequest, Recommendations, TrackedEvent, VisitStorage, Vitrine, VitrineOptions, VitrineSignals, VitrineStatus,
} from './client/types.ts';
export type { ItemFilter } from './core/models/recommendation/filter.ts';
export type { Policy, Weighting } from './core/models/recommendation/plan-list.ts';
export type { ItemReason, Reason } from './core/models/recommendation/types.ts';
export type { BackendChoice, BackendName } from './engine/protocol.ts';

export { DOCS_URL, VitrineError } from './core/errors.ts';
export type { ErrorCode } from './core/errors.ts';
export { SOURCES, WIDGETS } from './core/events/types.ts';
export type { ProductRef, ShownItem, Source, VitrineEvent, Widget } from './core/events/types.ts';
