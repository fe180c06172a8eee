import type { Vitrine } from '@vitrine/sdk';
import { provideClient } from './elements/shared-client.ts';
import { VitrineRecommendations } from './elements/vitrine-recommendations.ts';

/**
 * Registers `<vitrine-recommendations>` and gives the page's elements their client. May be called again.
 *
 * @example
 * defineElements(createVitrine({ shop: 'demo.myshopify.com', key: 'pk_…', server: 'https://vitrine.example.com' }));
 */
export function defineElements(client?: Vitrine): void {
  if (!customElements.get('vitrine-recommendations')) customElements.define('vitrine-recommendations', VitrineRecommendations);
  if (client) provideClient(client);
}
