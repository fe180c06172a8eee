// The widgets' public names, nothing else.
export { connectRecommendations } from './connectors/connect-recommendations.ts';
export type { Connection, RecommendationParams, RenderItem, RenderState } from './connectors/connect-recommendations.ts';
export { defineElements } from './define-elements.ts';
export { VitrineRecommendations } from './elements/vitrine-recommendations.ts';
export { RESERVE_CSS } from './ui/reserve-css.ts';
