import type { ItemReason, Policy, RecommendedItem, RecommendRequest, Vitrine, VitrineError, Widget } from '@vitrine/sdk';

export type { ItemReason, Policy, Vitrine, Widget };

/** What a widget shows and for what. */
export interface RecommendationParams extends RecommendRequest {
  readonly heading: string;
  /** BCP 47, for prices. */
  readonly locale?: string;
  /** Product ids that stand elsewhere on the page and are not to come twice; asked before each ranking. */
  readonly elsewhere?: () => Promise<readonly string[]>;
}

export interface RenderItem {
  readonly id: string;
  readonly title: string;
  readonly url: string;
  readonly image: string | null;
  /** Formatted in the shopper's language, "" where the shop gives none. */
  readonly price: string;
  readonly position: number;
  /** Why it is there; `title` of the product it names with `reasons` only. */
  readonly reason: ItemReason;
}

export interface RenderState {
  /** While `loading`, everything else is as before: an empty list at first, later the list that is about to be replaced. */
  readonly status: 'loading' | 'ready' | 'empty' | 'error';
  readonly items: readonly RenderItem[];
  readonly heading: string;
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
  let current = params;
  let isPartial = false;
  const nothing = { items: [], artifact: null, error: null, sendEvent: () => false };
  let state: RenderState = { ...nothing, status: 'loading', heading: params.heading };
  const show = (change: Partial<RenderState>) => render((state = { ...state, ...change }));

  const rank = async (wanted: RecommendationParams) => {
    const mine = ++turn;
    const { heading, locale, elsewhere, ...request } = current = wanted;
    show({ status: 'loading' });
    try {
      const others = elsewhere && await elsewhere();
      if (mine !== turn) return;
      const { items, artifact, partial } = await client.recommend(others?.length ? { ...request, exclude: [...(request.exclude ?? []), ...others] } : request);
      if (mine !== turn) return;
      isPartial = partial === true;
      const shown = items.map((item) => renderItem(item, locale));
      show({
        heading, artifact, items: shown, error: null,
        status: shown.length > 0 ? 'ready' : 'empty',
        sendEvent: createSender(client, request.kind, artifact, shown),
      });
    } catch (error) {
      if (mine === turn) show({ ...nothing, status: 'error', error: error as VitrineError });
    }
  };

  // More of a large catalogue has come: the same question has a better answer.
  const stop = client.on('ready', () => {
    if (isPartial) void rank(current);
  });
  void rank(params);
  return {
    update: (next) => void rank(next),
    dispose() {
      turn++;
      stop();
    },
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
      items: items.map(({ id, position, reason: { source } }) => ({ productId: id, position, source })),
    });
    return true;
  };
}

function renderItem({ price, currency, ...item }: RecommendedItem, locale?: string): RenderItem {
  return { ...item, price: formatPrice(price, currency, locale) };
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
