import type { Overview } from '../../src/services/overview.ts';
import { element } from './element.ts';

/** One region of the page. */
export interface Card {
  readonly element: HTMLElement;
  update(overview: Overview): void;
}

export interface CardOptions {
  readonly id: string;
  readonly title: string;
  readonly className?: string;
  /** What the card shows: it is drawn again only when this changes, so that nothing jumps while a page is polled. */
  slice(overview: Overview): unknown;
  /** Draws the body; null hides the card. `redraw` draws it again after a change of the card's own state. */
  draw(overview: Overview, redraw: () => void): readonly (Node | null)[] | null;
}

/** Makes a card that keeps focus and opened details when it is drawn again. Give such elements a `data-keep` name. */
export function createCard({ id, title, className = '', slice, draw }: CardOptions): Card {
  const body = element('div', { class: 'card-body' });
  const section = element('section', { class: `card ${className}`.trim(), 'aria-labelledby': `${id}-title` },
    element('h2', { id: `${id}-title`, class: 'card-title' }, title), body);
  let shown: string | undefined;
  let latest: Overview;
  const redraw = (): void => {
    const focused = body.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset['keep'] : undefined;
    const opened = [...body.querySelectorAll<HTMLDetailsElement>('details[open][data-keep]')].map((details) => details.dataset['keep']);
    const nodes = draw(latest, redraw);
    section.hidden = nodes === null;
    body.replaceChildren(...(nodes ?? []).filter((node) => node !== null));
    for (const kept of body.querySelectorAll<HTMLElement>('[data-keep]')) {
      const { keep } = kept.dataset;
      if (kept instanceof HTMLDetailsElement && opened.includes(keep)) kept.open = true;
      if (keep === focused && keep !== undefined) kept.focus({ preventScroll: true });
    }
  };
  return {
    element: section,
    update(overview) {
      const next = JSON.stringify(slice(overview)) ?? '';
      if (next === shown) return;
      shown = next;
      latest = overview;
      redraw();
    },
  };
}
