import type { Vitrine } from '@vitrine/sdk';
import { provideClient } from './elements/shared-client.ts';
import { VitrineRecommendations } from './elements/vitrine-recommendations.ts';

/**
 * Registers `<vitrine-recommendations>` and gives the page's elements their client. May be called again. A browser that
 * has no constructed style sheets keeps its page as it is.
 *
 * @example
 * defineElements(createVitrine({ shop: 'demo.myshopify.com', key: 'pk_…', server: 'https://vitrine.example.com' }));
 */
export function defineElements(client?: Vitrine): void {
  if (typeof CSSStyleSheet !== 'function' || !('replaceSync' in CSSStyleSheet.prototype)) return;
  if (!customElements.get('vitrine-recommendations')) customElements.define('vitrine-recommendations', VitrineRecommendations);
  if (client) provideClient(client);
}
