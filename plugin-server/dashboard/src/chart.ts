import uPlot from 'uplot';
import { element } from './element.ts';

/** Canvas text does not inherit the page's font. */
export const CHART_FONT = '12px -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

export interface ChartOptions {
  /** One sentence that says what the picture shows, for those who do not see it. */
  readonly label: string;
  /** CSS pixels. */
  readonly height: number;
  /** uPlot's options without size; colours come from `themeColour`. */
  readonly plot: Omit<uPlot.Options, 'width' | 'height'>;
  readonly data: uPlot.AlignedData;
}

/**
 * A plot as wide as its place, drawn when it is in the page and again when its width or the colour scheme changes.
 * Its height is reserved beforehand: nothing moves.
 */
export function createChart({ label, height, plot, data }: ChartOptions): HTMLElement {
  const place = element('div', { class: 'chart', role: 'img', 'aria-label': label });
  place.style.height = `${height}px`;
  let chart: uPlot | undefined;
  const redraw = (): void => chart?.redraw();
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  scheme.addEventListener('change', redraw);
  const observer = new ResizeObserver(() => {
    if (!place.isConnected) {
      observer.disconnect();
      scheme.removeEventListener('change', redraw);
      chart?.destroy();
      return;
    }
    const width = place.clientWidth;
    if (width === 0) return;
    if (chart) chart.setSize({ width, height });
    else chart = new uPlot({ ...plot, width, height, legend: { show: false } }, data, place);
  });
  observer.observe(place);
  return place;
}

/** A colour of the style sheet, looked up when drawn: the scheme may change. */
export const themeColour = (name: string) => (): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** An axis in the page's own type and colours. */
export function quietAxis(axis: uPlot.Axis): uPlot.Axis {
  return {
    stroke: themeColour('--muted'), font: CHART_FONT, ticks: { show: false },
    grid: { stroke: themeColour('--line'), width: 1 }, ...axis,
  };
}
