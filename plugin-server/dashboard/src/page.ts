import type { Overview } from '../../src/services/overview.ts';
import type { Card } from './card.ts';
import { createActivityCard } from './cards/activity.ts';
import { createImportsCard } from './cards/imports.ts';
import { createNoticesCard } from './cards/notices.ts';
import { createPrivacyCard } from './cards/privacy.ts';
import { createQualityCard } from './cards/quality.ts';
import { createReleaseCard } from './cards/release.ts';
import { createSetupCard } from './cards/setup.ts';
import { createShopCard } from './cards/shop.ts';
import { createStatusCard } from './cards/status.ts';
import { createTrainingCard } from './cards/training.ts';
import { element } from './element.ts';

export interface PageActions {
  train(): void;
  rollback(): void;
  reload(): void;
  /** Fetches what is stored about a customer, as a file. */
  answerDataRequest(id: string): void;
}

/** The page: shows an overview, an error, and what a screen reader should hear. */
export interface Page {
  update(overview: Overview): void;
  /** One line with a way to try again; undefined takes it away. */
  showError(message: string | undefined): void;
  /** Says a line to assistive technology, without showing it; the same line is said once. */
  announce(line: string): void;
  /** Asks before something is done; the answer of `window.confirm`, in the page's own dialog. */
  confirm(question: { readonly title: string; readonly text: string; readonly action: string }): Promise<boolean>;
}

export function createPage(root: HTMLElement, actions: PageActions): Page {
  const name = element('h1', { class: 'shop-name' }, root.dataset['shop'] ?? 'Your shop');
  const domain = element('span', { class: 'shop-domain' });
  const errorText = element('p', {});
  const error = element('div', { class: 'error-bar', role: 'alert', hidden: true }, errorText,
    element('button', { type: 'button', class: 'button', onclick: actions.reload }, 'Try again'));
  const live = element('p', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
  const top: readonly Card[] = [createNoticesCard(), createStatusCard(actions), createSetupCard()];
  const results: readonly Card[] = [createQualityCard(), createActivityCard(), createTrainingCard()];
  const facts: readonly Card[] = [createReleaseCard(actions), createShopCard(), createPrivacyCard(actions), createImportsCard()];
  const waiting = element('div', { class: 'grid', 'aria-hidden': 'true' }, ...['wide', 'column-main', 'column-side'].map((place) => element('div', { class: `card waiting ${place}` })));
  const column = (name: string, cards: readonly Card[]): HTMLElement => element('div', { class: `column ${name}` }, ...cards.map((card) => card.element));
  const grid = element('div', { class: 'grid', hidden: true }, ...top.map((card) => card.element), column('column-main', results), column('column-side', facts));
  const dialogTitle = element('h2', { id: 'dialog-title' });
  const dialogText = element('p', {});
  const dialogAction = element('button', { type: 'submit', value: 'yes', class: 'button button-primary' });
  const dialog = element('dialog', { class: 'dialog', 'aria-labelledby': 'dialog-title' }, element('form', { method: 'dialog' },
    dialogTitle, dialogText, element('div', { class: 'dialog-actions' }, element('button', { type: 'submit', value: 'no', class: 'button', autofocus: true }, 'Cancel'), dialogAction)));
  root.replaceChildren(
    element('header', { class: 'top' },
      element('p', { class: 'brand' }, element('span', { class: 'brand-mark', 'aria-hidden': 'true' }), 'Vitrine'), element('div', { class: 'shop' }, name, domain)),
    element('main', { id: 'main' }, error, waiting, grid), live, dialog);

  return {
    update(overview) {
      name.textContent = overview.shop.name;
      domain.textContent = overview.shop.domain === overview.shop.name ? '' : overview.shop.domain;
      document.title = `Vitrine · ${overview.shop.name}`;
      waiting.hidden = true;
      grid.hidden = false;
      for (const card of [...top, ...results, ...facts]) card.update(overview);
    },
    showError(message) {
      if (error.hidden && message === undefined) return;
      errorText.textContent = message ?? '';
      error.hidden = message === undefined;
      if (grid.hidden) waiting.hidden = message !== undefined;
    },
    announce(line) {
      if (live.textContent !== line) live.textContent = line;
    },
    confirm({ title, text, action }) {
      dialogTitle.textContent = title;
      dialogText.textContent = text;
      dialogAction.textContent = action;
      dialog.returnValue = 'no';
      dialog.showModal();
      return new Promise((resolve) => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }));
    },
  };
}
