import { type Card, createCard } from '../card.ts';
import { element } from '../element.ts';

/** What only the owner can mend. Hidden while there is nothing. */
export function createNoticesCard(): Card {
  return createCard({
    id: 'notices', title: 'This needs you', className: 'wide',
    slice: ({ notices }) => notices,
    draw: ({ notices }) => (notices.length === 0 ? null : notices.map((line) => element('p', { class: 'note note-failed', role: 'alert' }, line))),
  });
}
