import type { Overview } from '../../../src/services/overview.ts';
import { type Card, createCard } from '../card.ts';
import { element, icon } from '../element.ts';
import { formatCount, formatDay } from '../format.ts';

export interface SetupStep {
  readonly name: string;
  readonly done: boolean;
  /** What was seen, or what to do. */
  readonly note: string;
}

/** The four steps from an empty shop to recommendations on the storefront. Each checks itself against what is stored. */
export function setupSteps({ shop, counts, release, activity, imports }: Overview): SetupStep[] {
  const file = shop.source === 'file';
  const importing = imports.some(({ status }) => status === 'running');
  return [
    { name: file ? 'Shop created' : 'App installed', done: true, note: `on ${formatDay(shop.installedAt)}` },
    {
      name: 'Orders imported', done: counts.orders > 0 && !importing,
      note: importing ? `${formatCount(counts.orders)} so far`
        : counts.orders > 0 ? `${formatCount(counts.orders)} orders, ${formatCount(counts.products)} products`
          : `${file ? '' : 'Starts by itself after the installation. Older orders come from a file: '}npx vitrine import FILE --shop ${shop.domain}`,
    },
    {
      name: 'Model published', done: release !== null,
      note: release ? `version ${release.version}` : 'Press “Train now”. It goes live when it beats popularity and co-purchase.',
    },
    {
      name: 'Storefront seen', done: activity.firstEventAt !== null,
      note: activity.firstEventAt !== null ? `first event on ${formatDay(activity.firstEventAt)}`
        : file ? 'Add the SDK to your storefront with the key below.' : 'In the theme editor, under App embeds, switch on Vitrine. Then look at any product.',
    },
  ];
}

/** Shown until every step is done. */
export function createSetupCard(): Card {
  return createCard({
    id: 'setup', title: 'Set up', className: 'wide',
    slice: (overview) => [setupSteps(overview), overview.shop.publishableKey],
    draw(overview) {
      const steps = setupSteps(overview);
      const done = steps.filter((step) => step.done).length;
      if (done === steps.length) return null;
      const next = steps.findIndex((step) => !step.done);
      return [
        element('p', { class: 'lead' }, `${done} of ${steps.length} steps done. This list checks itself.`),
        element('ol', { class: 'steps' }, ...steps.map((step, index) =>
          element('li', { class: step.done ? 'step step-done' : index === next ? 'step step-next' : 'step', 'aria-current': index === next ? 'step' : undefined },
            element('span', { class: 'step-mark' }, step.done ? icon('good') : String(index + 1)),
            element('div', {},
              element('p', { class: 'step-name' }, step.name, element('span', { class: 'unseen' }, step.done ? ' (done)' : ' (open)')),
              element('p', { class: 'step-note' }, step.note))))),
      ];
    },
  });
}
