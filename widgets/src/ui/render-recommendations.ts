import type { RenderItem, RenderState } from '../connectors/connect-recommendations.ts';
import { safeUrl } from './safe-url.ts';

/** Pixels an image is asked for; the box it fills is the style sheet's. */
const IMAGE_SIZE = 400;

export interface RenderOptions {
  /** Cards to keep room for while loading. */
  readonly limit: number;
  /** Says why an item is there, in words; absent: nothing is said. */
  readonly words?: (item: RenderItem) => string;
  readonly onClick: (item: RenderItem) => void;
}

/** Draws a state into a shadow root. Data only ever becomes text, never markup. */
export function renderRecommendations(root: ShadowRoot, state: RenderState, options: RenderOptions): void {
  const waiting = state.status === 'loading' && state.items.length === 0;
  const links = () => [...root.querySelectorAll('a')];
  const focused = links().indexOf(root.activeElement as HTMLAnchorElement);
  const heading = make('h2', { id: 'heading', part: 'heading', dir: 'auto' }, state.heading);
  const list = make('ul', { part: 'list', role: 'list' }); // Safari drops the role of a list without bullets
  if (waiting) list.setAttribute('aria-hidden', 'true');
  const cards = waiting ? Array.from({ length: options.limit }, skeleton) : state.items.map((item) => card(item, root.ownerDocument.baseURI, options));
  list.append(...cards);
  const section = make('section', { part: 'section', 'aria-labelledby': 'heading', 'aria-busy': String(state.status === 'loading') }, heading, list);
  root.replaceChildren(section);
  if (focused >= 0) links()[focused]?.focus({ preventScroll: true }); // a list that is replaced does not throw the reader out
}

function card(item: RenderItem, base: string, { words, onClick }: RenderOptions): HTMLLIElement {
  const frame = make('span', { class: 'frame' });
  const source = safeUrl(item.image, base);
  if (source) {
    // alt is empty: the title in the same link already says what it shows.
    const image = make('img', { part: 'image', alt: '', loading: 'lazy', decoding: 'async', width: `${IMAGE_SIZE}`, height: `${IMAGE_SIZE}` });
    image.src = source;
    frame.append(image);
  }
  const text = make('span', { class: 'text' }, make('span', { class: 'title', part: 'title', dir: 'auto' }, item.title));
  if (item.price) text.append(' ', make('span', { class: 'price', part: 'price' }, item.price));
  if (words) text.append(' ', make('span', { class: 'reason', part: 'reason', dir: 'auto' }, words(item)));
  const link = make('a', { part: 'link' }, frame, text);
  const href = safeUrl(item.url, base);
  if (href) link.href = href;
  link.addEventListener('click', () => onClick(item));
  link.addEventListener('auxclick', (event) => {
    if (event.button === 1) onClick(item); // opened in a new tab
  });
  return make('li', { part: 'item' }, link);
}

function skeleton(): HTMLLIElement {
  return make('li', { class: 'wait' },
    make('span', { class: 'frame' }),
    make('span', { class: 'text' }, make('div', { class: 'bar' }), make('div', { class: 'bar short' })));
}

function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag, attributes: Readonly<Record<string, string>>, ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
