import {
  connectRecommendations, type Connection, type RecommendationParams, type RenderItem, type RenderState, type Vitrine, type Widget,
} from '../connectors/connect-recommendations.ts';
import { COLUMNS } from '../ui/geometry.ts';
import { headingFor } from '../ui/locales.ts';
import { renderRecommendations } from '../ui/render-recommendations.ts';
import { WIDGET_CSS } from '../ui/styles.ts';
import { whenClient } from './shared-client.ts';
import { watchSeen } from './watch-seen.ts';

const KINDS: readonly Widget[] = ['related', 'bought-together', 'for-you'];
const MOST_ITEMS = 24;
/** How far outside the window ranking begins. */
const NEAR = '800px';

let sheet: CSSStyleSheet | undefined;

/**
 * `<vitrine-recommendations>`: recommendations in the page, in the theme's own font and colour.
 *
 * Attributes: `kind` (`related`, `bought-together`, `for-you`), `product-id`, `product-ids` ("8001,8002"), `limit` (1 to
 * 24), `filter` (JSON, e.g. `{"types":["Shoes"],"price":{"max":50}}`), `heading`, `locale`. A changed attribute ranks again.
 *
 * Events, which bubble: `vitrine:impression` `{ kind, artifact, items }`, `vitrine:click` `{ kind, artifact, item }`.
 *
 * Parts: `section heading list item link image title price`. Custom properties: `--vitrine-gap`, `--vitrine-radius`,
 * `--vitrine-image-ratio`, `--vitrine-surface`, `--vitrine-price`, `--vitrine-focus`, `--vitrine-heading-weight`.
 *
 * It keeps its room from the start. With nothing to show it leaves only while out of sight, so nothing moves under the
 * shopper's eyes.
 *
 * @example
 * <vitrine-recommendations kind="related" product-id="8001" limit="4"></vitrine-recommendations>
 */
export class VitrineRecommendations extends (globalThis.HTMLElement ?? class {}) {
  static readonly observedAttributes = ['kind', 'product-id', 'product-ids', 'limit', 'filter', 'heading', 'locale'];

  #root: ShadowRoot | null = null;
  #own: Vitrine | null = null;
  #connection: Connection | null = null;
  #queued = false;
  /** Undone when the element leaves the page. */
  #stops = new Set<() => void>();
  #stopSeen: () => void = () => {};

  /** A client of its own, where a page has several; else the page's. */
  get client(): Vitrine | null {
    return this.#own;
  }

  set client(client: Vitrine | null) {
    this.#own = client;
    if (this.isConnected) this.#restart();
  }

  connectedCallback(): void {
    if (!this.#root) {
      this.#root = this.attachShadow({ mode: 'open' });
      if (!sheet) {
        sheet = new CSSStyleSheet();
        sheet.replaceSync(WIDGET_CSS);
      }
      this.#root.adoptedStyleSheets = [sheet];
    }
    this.#restart();
  }

  disconnectedCallback(): void {
    this.#stop();
  }

  attributeChangedCallback(): void {
    // Several attributes set in a row rank once.
    if (!this.#connection || this.#queued) return;
    this.#queued = true;
    queueMicrotask(() => {
      this.#queued = false;
      this.#connection?.update(this.#params());
    });
  }

  #restart(): void {
    this.#stop();
    this.#render({
      status: 'loading', items: [], heading: this.#params().heading, explanation: null, artifact: null, error: null, sendEvent: () => false,
    });
    const near = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      near.disconnect();
      const connect = (client: Vitrine) => {
        this.#connection ??= connectRecommendations(client, this.#params(), (state) => this.#render(state));
      };
      if (this.#own) connect(this.#own);
      else this.#stops.add(whenClient(connect));
    }, { rootMargin: NEAR });
    near.observe(this);
    this.#stops.add(() => near.disconnect());
  }

  #stop(): void {
    this.#stopSeen();
    for (const stop of this.#stops) stop();
    this.#stops.clear();
    this.#connection?.dispose();
    this.#connection = null;
  }

  #params(): RecommendationParams {
    const text = (name: string) => this.getAttribute(name)?.trim() || undefined;
    const named = text('kind') as Widget | undefined;
    const kind = named && KINDS.includes(named) ? named : 'related';
    const locale = text('locale') ?? this.closest('[lang]')?.getAttribute('lang') ?? navigator.language;
    return {
      kind, locale,
      productId: text('product-id'),
      productIds: text('product-ids')?.split(',').map((id) => id.trim()).filter(Boolean),
      limit: this.#limit(),
      filter: parseFilter(text('filter')),
      heading: text('heading') ?? headingFor(kind, locale),
    };
  }

  #limit(): number {
    const limit = Math.trunc(Number(this.getAttribute('limit') ?? COLUMNS));
    return limit >= 1 && limit <= MOST_ITEMS ? limit : COLUMNS;
  }

  #render(state: RenderState): void {
    this.#stopSeen();
    const isWaiting = state.status === 'loading' && state.items.length === 0;
    if (isWaiting && this.dataset.state === 'loading') return; // it shows as much already
    const { kind } = this.#params();
    const emit = (name: string, detail: object) =>
      this.dispatchEvent(new CustomEvent(`vitrine:${name}`, { detail: { kind, artifact: state.artifact, ...detail }, bubbles: true, composed: true }));

    if (state.status === 'empty' || state.status === 'error') return this.#hide();
    this.dataset.state = state.status;
    renderRecommendations(this.#root!, state, this.#limit(), (item: RenderItem) => {
      state.sendEvent('click', item);
      emit('click', { item });
    });
    if (state.status === 'ready') {
      this.#stopSeen = watchSeen(this, () => {
        if (state.sendEvent('impression')) emit('impression', { items: state.items });
      });
    }
  }

  /** Invisible at once; without room only once it is out of sight. */
  #hide(): void {
    this.dataset.state = 'empty';
    this.#root!.replaceChildren(document.createElement('section'));
    const sight = new IntersectionObserver((entries) => {
      if (entries[entries.length - 1].isIntersecting) return;
      sight.disconnect();
      if (this.dataset.state === 'empty') this.dataset.state = 'hidden';
    });
    sight.observe(this);
    this.#stopSeen = () => sight.disconnect();
  }
}

/** Text that is not JSON goes on as it is: the client says what is wrong with it. */
function parseFilter(json: string | undefined): RecommendationParams['filter'] {
  try {
    return json && JSON.parse(json);
  } catch {
    return json as never;
  }
}
