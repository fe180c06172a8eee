import type { Overview } from '../../../src/services/overview.ts';
import type { Card } from '../card.ts';
import { element, icon } from '../element.ts';
import { formatBytes, formatCount, formatOfHundred, formatShare } from '../format.ts';
import { shareDone } from './training.ts';
import { isImporting, isTraining, judge, leadEvaluation, metricOf } from '../verdict.ts';

/** The first thing on the page: the verdict, the one action, and four figures. */
export function createStatusCard(actions: { train(): void }): Card {
  const mark = element('div', { class: 'status-mark' });
  const title = element('h2', { id: 'status-title', class: 'status-headline' });
  const detail = element('p', { class: 'status-detail' });
  const reason = element('p', { class: 'status-reason' });
  const progress = element('div', { class: 'status-progress', 'aria-hidden': 'true' });
  const button = element('button', { type: 'button', class: 'button button-primary', onclick: actions.train }, 'Train now');
  const hint = element('p', { class: 'hint', id: 'train-hint' });
  const figures = element('dl', { class: 'figures' });
  button.setAttribute('aria-describedby', hint.id);
  const section = element('section', { class: 'card status', 'aria-labelledby': title.id },
    element('div', { class: 'status-top' }, mark, element('div', { class: 'status-words' }, title, detail, reason), element('div', { class: 'status-action' }, button, hint)),
    progress, figures);
  let tone: string | undefined;

  return {
    element: section,
    update(overview) {
      const verdict = judge(overview);
      if (verdict.tone !== tone) {
        tone = verdict.tone;
        section.dataset['tone'] = tone;
        mark.replaceChildren(icon(verdict.tone));
      }
      title.textContent = verdict.title;
      detail.textContent = verdict.detail;
      progress.hidden = !isTraining(overview);
      progress.style.setProperty('--done', `${Math.round(shareDone(overview.run?.progress ?? {}) * 100)}%`);
      reason.textContent = verdict.reason ?? '';
      reason.hidden = verdict.reason === undefined;
      const waiting = isTraining(overview) || isImporting(overview) || overview.counts.orders === 0;
      // Not `disabled`: the button stays reachable, and its hint says why it waits.
      button.setAttribute('aria-disabled', String(waiting));
      button.textContent = isTraining(overview) ? 'Training …' : 'Train now';
      hint.textContent = overview.counts.orders === 0 ? 'Import orders first' : isImporting(overview) ? 'After the import' : '';
      figures.replaceChildren(...figuresOf(overview));
    },
  };
}

function figuresOf(overview: Overview): HTMLElement[] {
  const { counts, release, evaluations, activity } = overview;
  const lead = leadEvaluation(evaluations);
  const hits = lead && metricOf(lead, 'shipped', 'HR@20');
  const baseline = lead && metricOf(lead, 'popularity', 'HR@20');
  return [
    figure('Suggestions that hit', hits === undefined ? '–' : `${formatOfHundred(hits)} of 100`,
      baseline === undefined ? 'measured by the first training' : `popularity alone: ${formatOfHundred(baseline)}`),
    figure('Widget clicks', activity.clickThrough === null ? '–' : formatShare(activity.clickThrough),
      activity.clickThrough === null ? 'no widget seen in 7 days' : 'of widgets seen, last 7 days'),
    figure('Learned from', formatCount(counts.orders), counts.orders === 0 ? 'orders' : `orders · ${formatCount(counts.products)} products`),
    figure('Size on the phone', release ? formatBytes(release.brotliBytes ?? release.bytes) : '–', release ? 'the whole model, downloaded once' : 'nothing published yet'),
  ];
}

function figure(name: string, value: string, note: string): HTMLElement {
  return element('div', { class: 'figure' }, element('dt', {}, name), element('dd', { class: 'figure-value' }, value), element('dd', { class: 'figure-note' }, note));
}
