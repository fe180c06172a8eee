import type { ItemFilter, RecommendedItem, Vitrine, VitrineError, Widget } from '@vitrine/sdk';

export type { Vitrine, Widget };

/** What a widget shows and for what. */
export interface RecommendationParams {
  readonly kind: Widget;
  readonly productId?: string;
  readonly productIds?: readonly string[];
  readonly limit?: number;
  readonly filter?: ItemFilter;
  readonly heading: string;
  /** BCP 47, for prices. */
  readonly locale?: string;
}

export interface RenderItem {
  readonly id: string;
  readonly title: string;
  readonly url: string;
  readonly image: string | null;
  /** Formatted in the shopper's language, "" where the shop gives none. */
  readonly price: string;
  readonly position: number;
  readonly source: RecommendedItem['source'];
}

export interface RenderState {
  /** While `loading`, everything else is as before: an empty list at first, later the list that is about to be replaced. */
  readonly status: 'loading' | 'ready' | 'empty' | 'error';
  readonly items: readonly RenderItem[];
  readonly heading: string;
  /** Where the list comes from, for who wants to say so: this visit's products, or what is popular in the shop. */
  readonly explanation: 'visit' | 'popular' | null;
  /** Version of the artifact that ranked the list. */
  readonly artifact: string | null;
  readonly error: VitrineError | null;
  /** Reports that the list was seen (counted once a ranking) or that an item was clicked. Part of the state so that no widget can forget it. */
  sendEvent(type: 'impression'): boolean;
  sendEvent(type: 'click', item: RenderItem): boolean;
}

export interface Connection {
  /** Ranks again, for other parameters. */
  update(params: RecommendationParams): void;
  dispose(): void;
}

/**
 * The behaviour of a recommendation widget without its looks: ranks, formats, and gives `render` each state. Works with
 * any view: an element, React, a template.
 *
 * @example
 * const connection = connectRecommendations(vitrine, { kind: 'for-you', heading: 'For you' }, ({ status, items }) => {
 *   list.replaceChildren(...items.map((item) => new Option(`${item.title} ${item.price}`)));
 * });
 */
export function connectRecommendations(
  client: Vitrine, params: RecommendationParams, render: (state: RenderState) => void,
): Connection {
  let turn = 0;
  const nothing = { items: [], explanation: null, artifact: null, error: null, sendEvent: () => false };
  let state: RenderState = { ...nothing, status: 'loading', heading: params.heading };
  const show = (change: Partial<RenderState>) => render((state = { ...state, ...change }));

  const rank = async (wanted: RecommendationParams) => {
    const mine = ++turn;
    const { kind, productId, productIds, limit, filter, heading, locale } = wanted;
    show({ status: 'loading' });
    try {
      const { items, artifact } = await client.recommend({ kind, productId, productIds, limit, filter });
      if (mine !== turn) return;
      const shown = items.map((item) => renderItem(item, locale));
      show({
        heading, artifact, items: shown, error: null,
        status: shown.length > 0 ? 'ready' : 'empty',
        explanation: shown.length === 0 ? null : shown[0].source === 'model' ? 'visit' : 'popular',
        sendEvent: createSender(client, kind, artifact, shown),
      });
    } catch (error) {
      if (mine === turn) show({ ...nothing, status: 'error', error: error as VitrineError });
    }
  };

  void rank(params);
  return {
    update: (next) => void rank(next),
    dispose: () => void turn++,
  };
}

function createSender(client: Vitrine, widget: Widget, version: string | null, items: readonly RenderItem[]): RenderState['sendEvent'] {
  const artifact = version ? { artifact: version } : {};
  let seen = false;
  return (type: 'impression' | 'click', item?: RenderItem) => {
    if (type === 'click' && item) {
      client.track({ type: 'recommendation_clicked', widget, ...artifact, productId: item.id, position: item.position });
      return true;
    }
    if (type !== 'impression' || seen || items.length === 0) return false;
    seen = true;
    client.track({
      type: 'impression', widget, ...artifact,
      items: items.map(({ id, position, source }) => ({ productId: id, position, source })),
    });
    return true;
  };
}

function renderItem({ id, title, url, image, price, currency, position, source }: RecommendedItem, locale?: string): RenderItem {
  return { id, title, url, image, position, source, price: formatPrice(price, currency, locale) };
}

/** A currency or locale that Intl does not know gives the bare number, never an error in the page. */
export function formatPrice(price: number | null, currency: string | null, locale?: string): string {
  if (price === null || !Number.isFinite(price)) return '';
  try {
    return new Intl.NumberFormat(locale || undefined, currency ? { style: 'currency', currency } : {}).format(price);
  } catch {
    return currency ? `${price} ${currency}` : String(price);
  }
}
