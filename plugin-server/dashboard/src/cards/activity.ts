import uPlot from 'uplot';
import type { OverviewActivity } from '../../../src/services/overview.ts';
import { type Card, createCard } from '../card.ts';
import { createChart, quietAxis, themeColour } from '../chart.ts';
import { element } from '../element.ts';
import { formatCalendarDay, formatCount, formatOfHundred, formatShare } from '../format.ts';

type Measure = 'views' | 'carts' | 'impressions' | 'clicks' | 'orders';

const MEASURES: readonly { readonly key: Measure; readonly name: string }[] = [
  { key: 'views', name: 'Product views' }, { key: 'impressions', name: 'Widgets seen' }, { key: 'clicks', name: 'Widget clicks' },
  { key: 'carts', name: 'Added to cart' }, { key: 'orders', name: 'Orders' },
];

const WIDGET_NAMES: Readonly<Record<string, string>> = { related: 'You may also like', 'bought-together': 'Often bought together', 'for-you': 'For you' };

/** What shoppers did, by day: each measure is a button that chooses the plot. */
export function createActivityCard(): Card {
  let chosen: Measure | undefined;
  return createCard({
    id: 'activity', title: 'What shoppers do',
    slice: ({ activity }) => activity,
    draw({ activity }, redraw) {
      const { days, widgets, clickThrough } = activity;
      const any = MEASURES.some(({ key }) => sum(activity, key, days.length) > 0);
      if (!any) {
        return [element('p', { class: 'empty' }, activity.firstEventAt === null
          ? 'No visit seen yet. Views, carts, widgets seen and clicks arrive here within a minute of the first visit, from shoppers who allow it.'
          : `Nothing in the last ${days.length} days.`)];
      }
      const shown = MEASURES.find(({ key }) => (chosen === undefined ? sum(activity, key, days.length) > 0 : key === chosen))!;
      return [
        element('div', { class: 'measures', role: 'group', 'aria-label': 'Show by day' }, ...MEASURES.map((measure) => element('button', {
          type: 'button', class: 'measure', 'data-keep': `measure-${measure.key}`, 'aria-pressed': String(measure === shown),
          onclick: () => { chosen = measure.key; redraw(); },
        },
        element('span', { class: 'measure-name' }, measure.name),
        element('span', { class: 'measure-value' }, formatCount(sum(activity, measure.key, 1)), element('span', { class: 'measure-unit' }, ' today')),
        element('span', { class: 'measure-note' }, `${formatCount(sum(activity, measure.key, 7))} in 7 days`)))),
        createChart({
          label: `${shown.name} by day: ${days.slice(-7).map((day) => `${formatCalendarDay(day.date)} ${day[shown.key]}`).join(', ')}.`, height: 180,
          data: [days.map((_, index) => index), days.map((day) => day[shown.key])], plot: columns(days.map(({ date }) => date)),
        }),
        clickThrough === null ? element('p', { class: 'hint' }, 'No widget was seen in the last 7 days.') : element('div', { class: 'clicks' },
          element('p', { class: 'lead' }, `Of 100 times a widget was seen in the last 7 days, it was clicked ${formatOfHundred(clickThrough)} times.`),
          element('dl', { class: 'facts' }, ...widgets.map(({ widget, impressions, clicks }) => element('div', {},
            element('dt', {}, WIDGET_NAMES[widget] ?? widget),
            element('dd', {}, impressions > 0 ? formatShare(clicks / impressions) : '–', element('span', { class: 'quiet' }, ` ${formatCount(clicks)} of ${formatCount(impressions)}`)))))),
      ];
    },
  });
}

/** The last `count` days together; 1 is today. */
export function sum({ days }: OverviewActivity, measure: Measure, count: number): number {
  return days.slice(-count).reduce((total, day) => total + day[measure], 0);
}

function columns(dates: readonly string[]): Omit<uPlot.Options, 'width' | 'height'> {
  return {
    padding: [12, 8, 0, 0], cursor: { show: false },
    scales: { x: { time: false, range: () => [-0.6, dates.length - 0.4] }, y: { range: (_, __, most) => [0, Math.max(4, most * 1.1)] } },
    axes: [
      quietAxis({ incrs: [1, 2, 4, 7], space: 64, grid: { show: false }, size: 30, values: (_, ticks) => ticks.map((tick) => (dates[tick] ? formatCalendarDay(dates[tick]).slice(4) : '')) }),
      quietAxis({ size: 52, space: 40, values: (_, ticks) => ticks.map((tick) => (tick % 1 === 0 ? formatCount(tick) : '')) }),
    ],
    series: [{}, { fill: themeColour('--accent'), stroke: themeColour('--accent'), width: 0, paths: uPlot.paths.bars!({ size: [0.62, 36], radius: 0.15 }), points: { show: false } }],
  };
}
