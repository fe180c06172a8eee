/** Cards in a row of a wide widget; a narrow one scrolls sideways. */
export const COLUMNS = 4;
const MOST_ROWS = 6;
/** Width of the widget, not of the window, from which it is wide. */
export const WIDE = '(min-width: 600px)';

/** `limit` values that need n rows, as a selector list. */
const limitsOf = (rows: number) =>
  Array.from({ length: COLUMNS }, (_, index) => `[limit="${(rows - 1) * COLUMNS + index + 1}"]`).join(',');

export const rowRules = (host: (attributes: string) => string) =>
  Array.from({ length: MOST_ROWS - 1 }, (_, index) => `${host(`:is(${limitsOf(index + 2)})`)}{--_rows:${index + 2}}`).join('');

/**
 * The widget's height from its width alone, so that it can be reserved before anything is known. Lengths are in em of the
 * page's own text; cqi is a hundredth of the widget's width.
 *
 * height = heading + rows × (image + title of two lines + price) + gaps
 */
export const GEOMETRY = `
  --_head:calc(1.375em*1.3 + .875em);
  --_text:calc(.625em + 2*1.4*.9375em + .125em + 1.4*.9375em);
  --_col:44cqi;--_row-gap:0px;--_shown-rows:1;
`;
export const WIDE_GEOMETRY = `--_col:calc((100cqi - ${COLUMNS - 1}*1.25em)/${COLUMNS});--_row-gap:1.75em;--_shown-rows:var(--_rows,1);`;
export const HEIGHT = `calc(var(--_head) + var(--_shown-rows)*(var(--_col)/var(--vitrine-image-ratio,1) + var(--_text)) + (var(--_shown-rows) - 1)*var(--_row-gap))`;
