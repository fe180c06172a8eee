import { cardRules, GEOMETRY, HEIGHT, IMAGE_HEIGHT, WIDE, WIDE_GEOMETRY } from './geometry.ts';

/**
 * Inside the element's shadow root. Font, colour and text size are the theme's: they are inherited. What is not inherited
 * into a shadow root, the font of headings and the corners of product cards, is taken from the custom properties that
 * the theme families Dawn and Horizon give them, and `--vitrine-*` stands above both.
 */
export const WIDGET_CSS = `
:host{display:block;container-type:inline-size;color:inherit;font:inherit}
:host([data-state=hidden]){display:none!important}
:host([data-state=empty]){visibility:hidden}
${cardRules((attributes) => `:host(${attributes})`)}
*{box-sizing:border-box}
[dir]{text-align:-webkit-match-parent;text-align:match-parent}
section{${GEOMETRY}min-height:${HEIGHT};
  --_radius:var(--vitrine-radius,var(--product-card-corner-radius,var(--product-corner-radius,.5em)))}
h2{margin:0;font:inherit;font-size:var(--vitrine-heading-size,1.375em);line-height:1.3;height:1.3em;
  font-family:var(--vitrine-heading-font,var(--font-heading-family,var(--font-heading--family,inherit)));
  font-weight:var(--vitrine-heading-weight,var(--font-heading-weight,var(--font-heading--weight,600)));
  overflow:hidden;white-space:nowrap;text-overflow:ellipsis;letter-spacing:-.01em}
ul{list-style:none;margin:calc(var(--vitrine-heading-space,.875em) - 4px) -4px -4px;padding:4px;
  display:grid;grid-auto-flow:column;grid-auto-columns:var(--_col);gap:var(--vitrine-gap,.75em);
  overflow-x:auto;overscroll-behavior-x:contain;scroll-snap-type:x proximity;scroll-padding-inline:4px;scrollbar-width:none}
ul::-webkit-scrollbar{display:none}
li{min-width:0;scroll-snap-align:start}
a{display:block;padding:var(--_pad);color:inherit;text-decoration:none;text-align:var(--vitrine-align,start);
  background:var(--vitrine-card,none);box-shadow:var(--vitrine-card-shadow,none);border-radius:calc(var(--_radius) + var(--_pad))}
a:focus-visible{outline:2px solid var(--vitrine-focus,currentColor);outline-offset:2px}
.frame{display:block;position:relative;width:100%;height:${IMAGE_HEIGHT};overflow:hidden;
  border-radius:var(--_radius);background:var(--vitrine-surface,color-mix(in srgb,currentColor 6%,transparent))}
img{display:block;width:100%;height:100%;object-fit:cover;transition:transform .4s cubic-bezier(.2,.7,.2,1)}
.text{display:block;height:var(--_text);padding-top:.625em}
.title{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:var(--vitrine-title-lines,2);overflow:hidden;
  font-size:var(--vitrine-title-size,.9375em);font-weight:var(--vitrine-title-weight,inherit);line-height:1.4;
  overflow-wrap:anywhere;text-decoration-thickness:1px;text-underline-offset:.2em}
.price,.reason{display:block;overflow:hidden;line-height:1.4;white-space:nowrap;text-overflow:ellipsis}
.price{margin-top:calc(.125em/.9375);font-size:.9375em;font-weight:var(--vitrine-price-weight,inherit);
  color:var(--vitrine-price,color-mix(in srgb,currentColor 74%,transparent));font-variant-numeric:tabular-nums}
.reason{margin-top:calc(.1875em/.8125);font-size:.8125em;color:var(--vitrine-reason,color-mix(in srgb,currentColor 74%,transparent))}
:host([hide~=price]) .price,:host(:not([reasons])) .reason{display:none}
.bar{width:82%;height:1em;margin-block:.2em;border-radius:.25em;font-size:.9375em;background:color-mix(in srgb,currentColor 8%,transparent)}
.short{width:34%}
.wait{padding:var(--_pad);animation:wait 1.4s ease-in-out infinite alternate}
@keyframes wait{to{opacity:.5}}
@media (hover:hover){a:hover .title{text-decoration-line:underline}a:hover img{transform:scale(1.03)}}
@container ${WIDE}{
  section{${WIDE_GEOMETRY}}
  ul{grid-auto-flow:row;grid-template-columns:repeat(var(--_columns),var(--_col));gap:var(--_row-gap) var(--_gap)}
}
@media (prefers-reduced-motion:reduce){*{animation:none!important;transition:none!important}a:hover img{transform:none}}
@media (forced-colors:active){.frame,a{border:1px solid CanvasText}}
`;
