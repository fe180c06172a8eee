import { type Card, createCard } from '../card.ts';
import { element } from '../element.ts';
import { formatAgo, formatBytes, formatMoment } from '../format.ts';

/** The live model: version, size, and the way back to the one before. */
export function createReleaseCard(actions: { rollback(): void }): Card {
  return createCard({
    id: 'release', title: 'Live model',
    slice: ({ release, previousReleases, at }) => [release, previousReleases, release && formatAgo(release.publishedAt, at)],
    draw({ release, previousReleases, at }) {
      if (!release) return [element('p', { class: 'empty' }, 'Nothing is published. Until then the widgets stay hidden: your storefront looks as before.')];
      // Going back leads to an earlier publication of other bytes; without one there is nothing to go back to.
      const canRollBack = previousReleases.some(({ hash, reason }) => hash !== release.hash && reason === 'publish');
      return [
        element('p', { class: 'big' }, formatBytes(release.bytes)),
        element('p', { class: 'lead' }, release.brotliBytes === undefined ? 'the whole model' : `the whole model; ${formatBytes(release.brotliBytes)} to download`),
        element('dl', { class: 'facts' },
          fact('Version', release.version), fact('Published', `${formatMoment(release.publishedAt)} (${formatAgo(release.publishedAt, at)})`),
          release.reason === 'rollback' ? fact('How', 'rolled back') : null, fact('SHA-256', `${release.hash.slice(0, 12)}…`)),
        previousReleases.length === 0 ? null : element('details', { class: 'table-details', 'data-keep': 'releases' },
          element('summary', { 'data-keep': 'releases-summary' }, 'Earlier releases'),
          element('ul', { class: 'plain-list' }, ...previousReleases.map((earlier) => element('li', {},
            element('span', {}, earlier.version), element('span', { class: 'quiet' }, `${formatMoment(earlier.publishedAt)} · ${formatBytes(earlier.bytes)}${earlier.reason === 'rollback' ? ' · rolled back' : ''}`))))),
        canRollBack ? element('button', { type: 'button', class: 'button', 'data-keep': 'rollback', onclick: actions.rollback }, 'Roll back …') : null,
      ];
    },
  });
}

function fact(name: string, value: string): HTMLElement {
  return element('div', {}, element('dt', {}, name), element('dd', {}, value));
}
