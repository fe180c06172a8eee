export interface PlotLine {
  readonly name: string;
  /** Drawn heavier, in a colour of its own; the others in grey and dashed apart. */
  readonly ours: boolean;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const WIDTH = 760;
const HEIGHT = 460;
const FRAME = { left: 62, right: 190, top: 18, bottom: 48 };
/** Two sets of colours: [light, dark]. Ours blue, green, orange; peers grey, told apart by their dashes. */
const COLOURS: readonly (readonly [string, string])[] = [['#0b62c4', '#6cb2ff'], ['#0a7d48', '#4fce8f'], ['#b45309', '#f5a851'], ['#7c3aed', '#b794f6']];
const DASHES = ['6 3', '2 3', '9 3 2 3', '1 2'];
const LABEL_HEIGHT = 15;

/**
 * Lines over logarithmic axes as an SVG picture that is legible on light and dark grounds. Each line is named at its end.
 */
export function latencyPlot(lines: readonly PlotLine[], axes: { readonly x: string; readonly y: string }): string {
  const points = lines.flatMap((line) => line.points);
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const low = 10 ** Math.floor(Math.log10(Math.min(...ys)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...ys)));
  const inner = { width: WIDTH - FRAME.left - FRAME.right, height: HEIGHT - FRAME.top - FRAME.bottom };
  const [first, last] = [Math.min(...xs), Math.max(...xs)];
  const place = (value: number, from: number, to: number) => (from === to ? 0.5 : Math.log(value / from) / Math.log(to / from));
  const x = (value: number) => round(FRAME.left + place(value, first, last) * inner.width);
  const y = (value: number) => round(FRAME.top + (1 - place(value, low, high)) * inner.height);

  const grid: string[] = [];
  for (let decade = low; decade <= high * 1.001; decade *= 10) {
    for (const step of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      const value = decade * step;
      if (value > high * 1.001) break;
      grid.push(`<path class="${step === 1 ? 'major' : 'minor'}" d="M${FRAME.left} ${y(value)}H${FRAME.left + inner.width}"/>`);
      if (step === 1) grid.push(`<text class="tick" x="${FRAME.left - 8}" y="${y(value) + 4}" text-anchor="end">${number(value)}</text>`);
    }
  }
  for (const value of new Set(xs)) {
    grid.push(`<path class="minor" d="M${x(value)} ${FRAME.top}V${FRAME.top + inner.height}"/>`);
    grid.push(`<text class="tick" x="${x(value)}" y="${FRAME.top + inner.height + 18}" text-anchor="middle">${value >= 1000 ? `${number(value / 1000)}k` : value}</text>`);
  }

  const classes = lines.map(({ ours }, at) => (ours ? `o${lines.slice(0, at).filter((line) => line.ours).length}` : `p${lines.slice(0, at).filter((line) => !line.ours).length}`));
  const labels = spread(lines.map((line) => y(line.points.at(-1)!.y)));
  const drawn = lines.map(({ name, points }, at) => `<g class="${classes[at]}"><path class="line" d="M${points.map((point) => `${x(point.x)} ${y(point.y)}`).join('L')}"/>`
    + points.map((point) => `<circle cx="${x(point.x)}" cy="${y(point.y)}" r="3"/>`).join('')
    + `<path class="lead" d="M${x(last) + 5} ${y(points.at(-1)!.y)}L${x(last) + 16} ${round(labels[at])}"/>`
    + `<text x="${x(last) + 20}" y="${round(labels[at] + 4)}">${escape(name)}</text></g>`);

  const colour = (index: 0 | 1) => COLOURS.map((pair, at) => `.o${at}{--c:${pair[index]}}`).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui,sans-serif" font-size="12" role="img" aria-label="${escape(`${axes.y}, against ${axes.x}`)}">
<style>
svg{--ink:#3d4450;--grid:#d5d9e0;--peer:#6b7280}${colour(0)}
@media (prefers-color-scheme:dark){svg{--ink:#c6ccd6;--grid:#394150;--peer:#98a1b0}${colour(1)}}
text{fill:var(--c,var(--ink))}.tick,.axis{fill:var(--ink)}
.major,.minor{stroke:var(--grid);stroke-width:1;fill:none}.minor{opacity:.45}
.line{stroke:var(--c);stroke-width:2.5;fill:none;stroke-linejoin:round}.lead{stroke:var(--c);stroke-width:1;fill:none;opacity:.6}
circle{fill:var(--c)}
${DASHES.map((dash, at) => `.p${at}{--c:var(--peer)}.p${at} .line{stroke-width:1.75;stroke-dasharray:${dash}}`).join('')}
</style>
${grid.join('\n')}
${[...drawn.filter((_, at) => !lines[at].ours), ...drawn.filter((_, at) => lines[at].ours)].join('\n')}
<text class="axis" x="${FRAME.left + inner.width / 2}" y="${HEIGHT - 10}" text-anchor="middle">${escape(axes.x)}</text>
<text class="axis" transform="translate(14 ${FRAME.top + inner.height / 2})rotate(-90)" text-anchor="middle">${escape(axes.y)}</text>
</svg>
`;
}

/** Moves labels apart, from the top down, by as little as keeps them legible. */
function spread(heights: readonly number[]): number[] {
  const order = [...heights.keys()].sort((a, b) => heights[a] - heights[b]);
  const places = [...heights];
  for (let at = 1; at < order.length; at++) places[order[at]] = Math.max(places[order[at]], places[order[at - 1]] + LABEL_HEIGHT);
  const beyond = Math.max(0, places[order.at(-1)!] - (HEIGHT - FRAME.bottom));
  return places.map((place) => place - beyond);
}

const round = (value: number) => Math.round(value * 10) / 10;
const number = (value: number) => Number(value.toPrecision(6)).toLocaleString('en-US');
const escape = (text: string) => text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!);
