import type { Overview } from '../../../src/services/overview.ts';
import { type Card, createCard } from '../card.ts';
import { element } from '../element.ts';
import { formatCount, formatDay } from '../format.ts';

type Request = Overview['privacy'][number];

const KINDS: Readonly<Record<Request['kind'], string>> = {
  data_request: 'A customer wants to see their data', customer_redact: 'A customer was erased', shop_redact: 'The shop was erased',
};

/** Requests about customers' data, with the answers to fetch. Hidden until there is one. */
export function createPrivacyCard(actions: { answerDataRequest(id: string): void }): Card {
  return createCard({
    id: 'privacy', title: 'Customers\' data',
    slice: ({ privacy }) => privacy,
    draw: ({ privacy }) => (privacy.length === 0 ? null : [element('ul', { class: 'imports' }, ...privacy.map((request) => drawRequest(request, actions)))]),
  });
}

function drawRequest(request: Request, { answerDataRequest }: { answerDataRequest(id: string): void }): HTMLElement {
  const { id, kind, receivedAt, dueAt, doneAt, answerable, removed } = request;
  const rows = Object.values(removed).reduce((sum, count) => sum + count, 0);
  return element('li', { class: 'import' },
    element('div', { class: 'import-head' },
      element('div', { class: 'import-name' }, element('strong', {}, KINDS[kind])),
      element('span', { class: `badge badge-${doneAt === null ? 'running' : 'done'}` }, doneAt === null ? `Due ${formatDay(dueAt)}` : 'Done')),
    element('p', { class: 'import-rows' }, `Asked ${formatDay(receivedAt)}`, doneAt === null ? '' : ` · done ${formatDay(doneAt)}`,
      kind === 'data_request' ? (answerable ? '' : ' · no longer kept') : ` · ${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'} removed`),
    kind === 'data_request' && answerable
      ? element('button', { type: 'button', class: 'button', 'data-keep': `answer-${id}`, onclick: () => answerDataRequest(id) }, 'Save the file for the customer')
      : null);
}
