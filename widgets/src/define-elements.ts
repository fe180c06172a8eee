import type { Vitrine } from '@vitrine/sdk';
import { provideClient } from './elements/shared-client.ts';
import { VitrineRecommendations } from './elements/vitrine-recommendations.ts';
import { loadTexts, localeOf } from './ui/locales.ts';

const TAG = 'vitrine-recommendations';

/**
 * Registers `<vitrine-recommendations>` and gives the page's elements their client. May be called again. Elements that are
 * there come to life once the words of their language are. A browser that has no constructed style sheets keeps its page
 * as it is.
 *
 * @example
 * defineElements(createVitrine({ shop: 'demo.myshopify.com', key: 'pk_…', server: 'https://vitrine.example.com' }));
 */
export function defineElements(client?: Vitrine): void {
  if (typeof CSSStyleSheet !== 'function' || !('replaceSync' in CSSStyleSheet.prototype)) return;
  if (client) provideClient(client);
  const define = () => {
    if (!customElements.get(TAG)) customElements.define(TAG, VitrineRecommendations);
  };
  const coming = [document.documentElement, ...document.querySelectorAll(TAG)].flatMap((element) => loadTexts(localeOf(element), element.hasAttribute('reasons')) ?? []);
  if (coming.length === 0) define();
  else void Promise.all(coming).then(define);
}
