// The SDK's public names, nothing else.
export { createVitrine } from './client/create-vitrine.ts';
export type {
  Product, RecommendedItem, RecommendRequest, Recommendations, TrackedEvent, VisitStorage, Vitrine, VitrineOptions, VitrineSignals, VitrineStatus,
} from './client/types.ts';
export type { ItemFilter } from './core/models/recommendation/filter.ts';
export type { BackendChoice, BackendName } from './engine/protocol.ts';

export { DOCS_URL, VitrineError } from './core/errors.ts';
export type { ErrorCode } from './core/errors.ts';
export { WIDGETS } from './core/events/types.ts';
export type { ProductRef, ShownItem, VitrineEvent, Widget } from './core/events/types.ts';
