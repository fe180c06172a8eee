import {
  connectRecommendations, type Connection, type Policy, type RecommendationParams, type RenderState, type Vitrine, type Widget,
} from '../connectors/connect-recommendations.ts';
import { COLUMNS } from '../ui/geometry.ts';
import { headingFor, loadTexts, localeOf, reasonText } from '../ui/locales.ts';
import { renderRecommendations } from '../ui/render-recommendations.ts';
import { WIDGET_CSS } from '../ui/styles.ts';
import { beginList, idsElsewhere, endList, forgetList } from './page-lists.ts';
import { whenClient } from './shared-client.ts';
import { watchSeen } from './watch-seen.ts';
import { whenNear } from './when-near.ts';

const MOST_ITEMS = 24;

let sheet: CSSStyleSheet | undefined;

/**
 * `<vitrine-recommendations>`: recommendations in the page, in the theme's own font and colour.
 *
 * Attributes: `kind` (`related` by default), `product-id`, `product-ids` ("8001,8002"), `limit` (1 to 24), `filter` (JSON, e.g.
 * `{"types":["Shoes"],"price":{"max":50}}`), `exclude` and `pin` (ids), `boost` and `bury` (JSON, e.g.
 * `[{"filter":{"tags":{"any":["sale"]}},"factor":3}]`), `seen` and `bought` (`keep`, `last`, `drop`), `purchases` (JSON: `[{"productId":"8001","at":1760000000000}]`), `margin`, `reasons`
 * (shows them), `allow-repeats` (this list and the page's others may show the same), `heading`, `locale`. A changed
 * attribute ranks again.
 *
 * Events, which bubble: `vitrine:impression` `{ kind, artifact, items }`, `vitrine:click` `{ kind, artifact, item }`.
 *
 * Parts: `section heading list item link image title price reason`. Custom properties: `--vitrine-gap`, `--vitrine-radius`,
 * `--vitrine-image-ratio`, `--vitrine-surface`, `--vitrine-price`, `--vitrine-focus`, `--vitrine-heading-weight`.
 *
 * It keeps its room from the start. With nothing to show it leaves only while out of sight, so nothing moves under the
 * shopper's eyes.
 *
 * @example
 * <vitrine-recommendations kind="related" product-id="8001" limit="4"></vitrine-recommendations>
 */
export class VitrineRecommendations extends (globalThis.HTMLElement ?? class {}) {
  static readonly observedAttributes = [
    'kind', 'product-id', 'product-ids', 'limit', 'filter', 'exclude', 'pin', 'boost', 'bury', 'purchases', 'seen', 'bought', 'margin', 'reasons', 'allow-repeats', 'heading', 'locale',
  ];

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
      status: 'loading', items: [], heading: this.#params().heading, artifact: null, error: null, sendEvent: () => false,
    });
    const connect = (client: Vitrine) => {
      this.#connection ??= connectRecommendations(client, this.#params(), (state) => {
        if (this.hasAttribute('allow-repeats')) forgetList(this);
        else if (state.status === 'loading') beginList(this);
        else endList(this, state.items.map(({ id }) => id));
        this.#render(state);
      });
    };
    this.#stops.add(whenNear(this, () => {
      if (this.#own) connect(this.#own);
      else this.#stops.add(whenClient(connect));
    }));
  }

  #stop(): void {
    this.#stopSeen();
    for (const stop of this.#stops) stop();
    this.#stops.clear();
    forgetList(this);
    this.#connection?.dispose();
    this.#connection = null;
  }

  #params(): RecommendationParams {
    const text = (name: string) => this.getAttribute(name)?.trim() || undefined;
    const ids = (name: string) => text(name)?.split(',').map((id) => id.trim()).filter(Boolean);
    // Text that is not JSON goes on as it is: the client says what is wrong with it.
    const json = (name: string) => {
      const value = text(name);
      try {
        return value && JSON.parse(value);
      } catch {
        return value;
      }
    };
    const margin = text('margin');
    const kind = (text('kind') ?? 'related') as Widget;
    const locale = localeOf(this);
    const reasons = this.hasAttribute('reasons');
    return {
      kind, locale,
      productId: text('product-id'), productIds: ids('product-ids'), exclude: ids('exclude'), pin: ids('pin'),
      limit: this.#limit(),
      filter: json('filter'), boost: json('boost'), bury: json('bury'), purchases: json('purchases'),
      seen: text('seen') as Policy, bought: text('bought') as Policy, margin: margin ? Number(margin) : undefined,
      reasons,
      elsewhere: async () => {
        await loadTexts(locale, reasons); // of an element that came later than the page's others
        return this.hasAttribute('allow-repeats') ? [] : idsElsewhere(this);
      },
      heading: text('heading') ?? headingFor(kind, locale) ?? '',
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
    const { kind, reasons, locale } = this.#params();
    const emit = (name: string, detail: object) =>
      this.dispatchEvent(new CustomEvent(`vitrine:${name}`, { detail: { kind, artifact: state.artifact, ...detail }, bubbles: true, composed: true }));

    if (state.status === 'empty' || state.status === 'error') return this.#hide();
    this.dataset.state = state.status;
    renderRecommendations(this.#root!, state, {
      limit: this.#limit(),
      words: reasons ? ({ reason }) => reasonText(reason, locale!) : undefined,
      onClick(item) {
        state.sendEvent('click', item);
        emit('click', { item });
      },
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
