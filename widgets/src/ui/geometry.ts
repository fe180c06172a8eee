/** Cards in a row of a wide widget, unless `--vitrine-columns` says otherwise; a narrow one scrolls sideways. */
export const COLUMNS = 4;
const MOST_ROWS = 6;
/** Width of the widget, not of the window, from which it is wide. */
export const WIDE = '(min-width: 600px)';
/** A card is never narrower than this; where so many do not fit beside each other, a wide widget scrolls sideways too. */
const NARROWEST = '8.5em';

/** `limit` values that need n rows, as a selector list. */
const limitsOf = (rows: number) =>
  Array.from({ length: COLUMNS }, (_, index) => `[limit="${(rows - 1) * COLUMNS + index + 1}"]`).join(',');

/**
 * How many rows `limit` needs, for the page's style sheet alone: the element's own inherits it.
 *
 * @param host selector of the element with these attributes
 */
export const rowRules = (host: (attributes: string) => string) =>
  Array.from({ length: MOST_ROWS - 1 }, (_, index) => `${host(`:is(${limitsOf(index + 2)})`)}{--_rows:${index + 2}}`).join('');

/** What the element's attributes say of a card's height: a price or none, a reason or none. */
export const cardRules = (host: (attributes: string) => string) =>
  `${host('[hide~=price]')}{--_price:0em}${host('[reasons]')}{--_reason:calc(.1875em + 1.4*.8125em)}`;

/**
 * The widget's height from its width alone, so that it can be reserved before anything is known. Lengths are in em of the
 * page's own text; cqi is a hundredth of the widget's width. Unregistered custom properties are put in as text, so an em
 * is that of the place where it is used.
 *
 * height = heading + rows × (padding + image + title of two lines + price + reason) + gaps
 */
export const GEOMETRY = `
  --_pad:var(--vitrine-card-padding,0px);
  --_head:calc(var(--vitrine-heading-size,1.375em)*1.3 + var(--vitrine-heading-space,.875em));
  --_title:calc(var(--vitrine-title-lines,2)*1.4*var(--vitrine-title-size,.9375em));
  --_text:calc(.625em + var(--_title) + var(--_price,calc(.125em + 1.4*.9375em)) + var(--_reason,0em));
  --_col:44cqi;--_row-gap:0px;--_shown-rows:1;
`;
export const WIDE_GEOMETRY = `
  --_columns:var(--vitrine-columns,${COLUMNS});--_gap:var(--vitrine-column-gap,1.25em);
  --_col:max(calc((100cqi - (var(--_columns) - 1)*var(--_gap))/var(--_columns)),${NARROWEST});
  --_row-gap:var(--vitrine-row-gap,1.75em);--_shown-rows:var(--vitrine-rows,var(--_rows,1));
`;
/** Of the image: a card's width without its padding. */
export const IMAGE_HEIGHT = `calc((var(--_col) - 2*var(--_pad))/var(--vitrine-image-ratio,1))`;
export const HEIGHT = `calc(var(--_head) + var(--_shown-rows)*(2*var(--_pad) + ${IMAGE_HEIGHT} + var(--_text)) + (var(--_shown-rows) - 1)*var(--_row-gap))`;
