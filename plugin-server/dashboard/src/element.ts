type Attributes = Readonly<Record<string, string | number | boolean | undefined | ((event: Event) => void)>>;
type Child = Node | string | number | null | undefined | false | readonly Child[];

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Makes an element. Strings become text nodes, never markup; functions become listeners; `true` is an empty attribute,
 * `false` and `undefined` none.
 *
 * @example
 * element('button', { type: 'button', onclick: train }, 'Train now')
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag);
  setAttributes(node, attributes);
  append(node, children);
  return node;
}

/** One of the page's small drawings, 20 × 20, hidden from screen readers: the words beside it say the same. */
export function icon(name: keyof typeof ICONS): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  setAttributes(svg, { viewBox: '0 0 20 20', class: `icon icon-${name}`, 'aria-hidden': 'true', focusable: 'false' });
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

const ICONS = {
  good: 'M4.5 10.5l3.6 3.6 7.4-8',
  busy: 'M10 3a7 7 0 1 1-6.6 4.7',
  attention: 'M10 4.5v6.5M10 14.4v.4',
  failed: 'M5.5 5.5l9 9M14.5 5.5l-9 9',
  idle: 'M5.5 10h.1M10 10h.1M14.5 10h.1',
} as const;

function setAttributes(node: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== undefined) node.setAttribute(name, String(value));
  }
}

function append(node: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (Array.isArray(child)) append(node, child);
    else if (child !== null && child !== undefined && child !== false) node.append(child instanceof Node ? child : String(child));
  }
}
