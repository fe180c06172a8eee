import { type Card, createCard } from '../card.ts';
import { element } from '../element.ts';
import { formatCount, formatDay } from '../format.ts';
import { setupSteps } from './setup.ts';

/** What is installed and what it knows: the shop, its key, the size of its past. */
export function createShopCard(): Card {
  return createCard({
    id: 'shop', title: 'Your shop',
    slice: (overview) => [overview.shop, overview.counts, setupSteps(overview)],
    draw(overview) {
      const { shop, counts } = overview;
      const ready = setupSteps(overview).every((step) => step.done);
      return [
        element('dl', { class: 'facts' },
          fact(shop.source === 'file' ? 'Created' : 'Installed', formatDay(shop.installedAt)),
          ready ? fact('Set-up', 'all four steps done') : null,
          ...(counts.products + counts.orders + counts.events === 0 ? [] : [
            fact('Products', formatCount(counts.products)), fact('Orders', formatCount(counts.orders)), fact('Order lines', formatCount(counts.lines)),
            fact('Customers', formatCount(counts.customers)), fact('Shop events', formatCount(counts.events)),
          ]),
          counts.from === null || counts.to === null ? null : fact('Orders from', `${formatDay(counts.from)} to ${formatDay(counts.to)}`),
          shop.currency === null ? null : fact('Currency', shop.currency)),
        element('p', { class: 'key-name', id: 'key-name' }, 'Publishable key'),
        element('code', { class: 'key-value', tabindex: 0, role: 'textbox', 'aria-readonly': 'true', 'aria-labelledby': 'key-name', 'data-keep': 'key' }, shop.publishableKey),
        element('p', { class: 'hint' }, 'For your storefront’s code. It is not a secret. Customers are stored as keyed hashes, never by name or mail.'),
      ];
    },
  });
}

function fact(name: string, value: string): HTMLElement {
  return element('div', {}, element('dt', {}, name), element('dd', {}, value));
}
