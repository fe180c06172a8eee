import { cardRules, GEOMETRY, HEIGHT, rowRules, WIDE, WIDE_GEOMETRY } from './geometry.ts';

const TAG = 'vitrine-recommendations';

/**
 * For the page's own style sheet: keeps the widget's place before its script has run. A page that links
 * \`vitrine.css\` has no layout shift even then. \`.vitrine-block\` is what the theme extension puts around a widget.
 */
export const RESERVE_CSS = `
vitrine-recommendations{display:block;container-type:inline-size}
vitrine-recommendations[data-state=hidden]{display:none}
${rowRules((attributes) => TAG + attributes)}${cardRules((attributes) => TAG + attributes)}
vitrine-recommendations:not(:defined)::after{content:"";display:block;${GEOMETRY}height:${HEIGHT}}
@container ${WIDE}{vitrine-recommendations:not(:defined)::after{${WIDE_GEOMETRY}}}
.vitrine-page{box-sizing:border-box;max-width:var(--page-width,75rem);margin-inline:auto;padding-inline:var(--page-margin,clamp(1rem,4vw,3rem))}
.vitrine-block:has(>vitrine-recommendations[data-state=hidden]){display:none}
`.replace(/\n\s*/g, '');
