import { GEOMETRY, HEIGHT, rowRules, WIDE, WIDE_GEOMETRY } from './geometry.ts';

/**
 * For the page's own style sheet: keeps the widget's place before its script has run. A page that links
 * \`vitrine.css\` has no layout shift even then.
 */
export const RESERVE_CSS = `
vitrine-recommendations{display:block;container-type:inline-size}
vitrine-recommendations[data-state=hidden]{display:none}
${rowRules((attributes) => `vitrine-recommendations${attributes}`)}
vitrine-recommendations:not(:defined)::after{content:"";display:block;${GEOMETRY}height:${HEIGHT}}
@container ${WIDE}{vitrine-recommendations:not(:defined)::after{${WIDE_GEOMETRY}}}
`.replace(/\n\s*/g, '');
