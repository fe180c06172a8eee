import { COLUMNS, GEOMETRY, HEIGHT, rowRules, WIDE, WIDE_GEOMETRY } from './geometry.ts';

/** Inside the element's shadow root. Font, colour and text size are the theme's. */
export const WIDGET_CSS = `
:host{display:block;container-type:inline-size;color:inherit;font:inherit}
:host([data-state=hidden]){display:none!important}
:host([data-state=empty]){visibility:hidden}
${rowRules((attributes) => `:host(${attributes})`)}
*{box-sizing:border-box}
section{${GEOMETRY}min-height:${HEIGHT}}
h2{margin:0 0 calc(.875em/1.375);font:inherit;font-size:1.375em;font-weight:var(--vitrine-heading-weight,600);line-height:1.3;
  height:1.3em;overflow:hidden;white-space:nowrap;text-overflow:ellipsis;letter-spacing:-.01em}
ul{list-style:none;margin:-4px;padding:4px;display:grid;grid-auto-flow:column;grid-auto-columns:var(--_col);gap:var(--vitrine-gap,.75em);
  overflow-x:auto;overscroll-behavior-x:contain;scroll-snap-type:x proximity;scroll-padding-inline:4px;scrollbar-width:none}
ul::-webkit-scrollbar{display:none}
li{min-width:0;scroll-snap-align:start}
a{display:block;color:inherit;text-decoration:none;border-radius:var(--vitrine-radius,.5em)}
a:focus-visible{outline:2px solid var(--vitrine-focus,currentColor);outline-offset:2px}
.frame{display:block;position:relative;width:100%;height:calc(var(--_col)/var(--vitrine-image-ratio,1));overflow:hidden;
  border-radius:var(--vitrine-radius,.5em);background:var(--vitrine-surface,color-mix(in srgb,currentColor 6%,transparent))}
img{display:block;width:100%;height:100%;object-fit:cover;transition:transform .4s cubic-bezier(.2,.7,.2,1)}
.text{display:block;height:var(--_text);padding-top:.625em}
.title{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden;
  font-size:.9375em;line-height:1.4;overflow-wrap:anywhere;text-decoration-thickness:1px;text-underline-offset:.2em}
.price{display:block;margin-top:calc(.125em/.9375);font-size:.9375em;line-height:1.4;
  color:var(--vitrine-price,color-mix(in srgb,currentColor 74%,transparent));font-variant-numeric:tabular-nums;white-space:nowrap}
.bar{width:82%;height:1em;margin-block:.2em;border-radius:.25em;font-size:.9375em;background:color-mix(in srgb,currentColor 8%,transparent)}
.short{width:34%}
.wait{animation:wait 1.4s ease-in-out infinite alternate}
@keyframes wait{to{opacity:.5}}
@media (hover:hover){a:hover .title{text-decoration-line:underline}a:hover img{transform:scale(1.03)}}
@container ${WIDE}{
  section{${WIDE_GEOMETRY}}
  ul{grid-auto-flow:row;grid-template-columns:repeat(${COLUMNS},minmax(0,1fr));gap:var(--_row-gap) 1.25em;overflow:visible}
}
@media (prefers-reduced-motion:reduce){*{animation:none!important;transition:none!important}a:hover img{transform:none}}
@media (forced-colors:active){.frame{border:1px solid CanvasText}}
`;
