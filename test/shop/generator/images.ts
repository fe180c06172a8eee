import { hash32 } from './random.ts';
import type { Picture } from './types.ts';

/** Outline of each shape in a 400 × 400 field; `body` takes the colour and the pattern, `trim` a darker tone. */
const SHAPES: Readonly<Record<string, { readonly body: string; readonly trim?: string; readonly line?: string; readonly glow?: string }>> = {
  mug: { body: 'M122 130h140v128q0 42-42 42h-56q-42 0-42-42z', line: 'M262 160h22q34 0 34 40t-34 40h-24' },
  teapot: { body: 'M118 214q0-76 82-76t82 76q0 76-82 76t-82-76z', trim: 'M160 144q40-34 80 0zM190 114a10 10 0 1 0 20 0a10 10 0 1 0-20 0zM270 178q26-4 50-34l16 8q-12 70-62 94z', line: 'M126 176q-54-14-52 34t58 44' },
  pouch: { body: 'M128 118h144l14 172q2 22-20 22H134q-22 0-20-22z', trim: 'M124 92h152v26H124z' },
  dripper: { body: 'M130 204h140v76q0 30-30 30h-80q-30 0-30-30z', trim: 'M118 96h164l-52 92h-60zM110 190h180v14H110z', line: 'M270 224h14q24 0 24 26t-24 26h-14' },
  jar: { body: 'M134 148q-12 14-12 34v104q0 26 26 26h104q26 0 26-26V182q0-20-12-34z', trim: 'M132 100h136v44H132z' },
  plate: { body: 'M64 204a136 136 0 1 0 272 0a136 136 0 1 0-272 0z', line: 'M112 204a88 88 0 1 0 176 0a88 88 0 1 0-176 0z' },
  bowl: { body: 'M84 170h232q0 112-78 130h-76q-78-18-78-130z', trim: 'M160 300h80v14h-80z' },
  glass: { body: 'M136 100h128l-14 196q-2 16-18 16h-64q-16 0-18-16z', glow: 'M140 170h120l-9 124q-1 10-12 10h-78q-11 0-12-10z' },
  cloth: { body: 'M92 128l216-24 12 170-220 26z', trim: 'M100 300l220-26 2 20-220 26z', line: 'M112 146l178-20M122 262l180-20' },
  board: { body: 'M124 142q0-20 20-20h112q20 0 20 20v150q0 22-22 22H146q-22 0-22-22z', trim: 'M182 72h36q12 0 12 14v40h-60V86q0-14 12-14z' },
  apron: { body: 'M160 116h80l12 60q34 10 40 30l8 108H100l8-108q6-20 40-30z', line: 'M160 116q0-46 40-46t40 46M156 232h88v44h-88z' },
  candle: { body: 'M142 172h116v112q0 28-28 28h-60q-28 0-28-28z', glow: 'M200 92q24 34 0 56q-24-22 0-56z', line: 'M200 148v24' },
  holder: { body: 'M110 270h180q-8 40-46 40h-88q-38 0-46-40z', trim: 'M176 216h48v54h-48z', glow: 'M184 116h32v100h-32z', line: 'M200 96v20' },
  cushion: { body: 'M104 116q96 22 192 0q-20 92 0 188q-96-22-192 0q20-96 0-188z' },
  throw: { body: 'M96 150q60-34 120-10t92-8v120q-40 28-96 6t-116 10z', trim: 'M96 268q60-28 116-10t96-6v22q-44 28-96 8t-116 10z' },
  lamp: { body: 'M146 92h108l40 110H106z', trim: 'M190 202h20v90h-20zM146 292h108q6 20-10 20h-88q-16 0-10-20z' },
  vase: { body: 'M168 92h64l-8 60q58 28 50 92-6 66-44 68h-60q-38-2-44-68-8-64 50-92z' },
  pot: { body: 'M122 196h156l-18 108q-2 12-14 12h-92q-12 0-14-12z', trim: 'M112 172h176v28H112z', glow: 'M200 172q-6-46-54-62q0 50 50 62q-14-66 12-92q22 40-2 92q14-44 56-52q-8 42-62 52z' },
  packet: { body: 'M126 92h148v220H126z', trim: 'M126 92h148v34H126z', glow: 'M200 262v-62q-36-4-38-40q38 2 38 36q0-36 38-40q-2 38-38 44z' },
  trowel: { body: 'M200 320q-52-40-44-120h88q8 80-44 120z', trim: 'M188 72h24q10 0 10 12v66h-44V84q0-12 10-12zM194 150h12v50h-12z' },
  notebook: { body: 'M120 92h160q12 0 12 12v200q0 12-12 12H120z', trim: 'M112 92h30v224h-30q-10 0-10-10V102q0-10 10-10z', line: 'M172 150h84M172 172h56' },
};

/** Mixes a colour with another, both as #rrggbb; 0 keeps the first. */
function mix(colour: string, other: string, share: number): string {
  const part = (at: number): string => Math.round(parseInt(colour.slice(at, at + 2), 16) * (1 - share) + parseInt(other.slice(at, at + 2), 16) * share).toString(16).padStart(2, '0');
  return `#${part(1)}${part(3)}${part(5)}`;
}

const PATTERNS: Readonly<Record<string, (tone: string) => string>> = {
  plain: () => '',
  speckle: (tone) => `<pattern id="p" width="38" height="38" patternUnits="userSpaceOnUse"><g fill="${tone}"><circle cx="6" cy="9" r="1.8"/><circle cx="24" cy="5" r="1.2"/><circle cx="31" cy="21" r="2"/><circle cx="13" cy="27" r="1.4"/><circle cx="25" cy="34" r="1.1"/></g></pattern>`,
  leaf: (tone) => `<pattern id="p" width="46" height="52" patternUnits="userSpaceOnUse"><path d="M10 26q2-18 16-20q2 16-16 20zM34 50q-14-4-14-18q14 2 14 18z" fill="${tone}"/></pattern>`,
  band: (tone) => `<pattern id="p" width="400" height="96" patternUnits="userSpaceOnUse"><path d="M0 58h400v22H0z" fill="${tone}"/></pattern>`,
  stripe: (tone) => `<pattern id="p" width="22" height="22" patternUnits="userSpaceOnUse"><path d="M0 0h6v22H0z" fill="${tone}"/></pattern>`,
  dot: (tone) => `<pattern id="p" width="34" height="34" patternUnits="userSpaceOnUse"><g fill="${tone}"><circle cx="9" cy="9" r="5"/><circle cx="26" cy="26" r="5"/></g></pattern>`,
};

/** Draws a product's picture: a 600 × 600 SVG that depends on nothing but its arguments. */
export function drawPicture(id: string, picture: Picture): string {
  const { colour } = picture;
  const shape = SHAPES[picture.shape] ?? SHAPES.mug;
  const warm = hash32(id);
  const ground = mix(colour, ['#fbf7ef', '#f6f4f1', '#f9f3ec', '#f3f5f2'][warm % 4], 0.82);
  const floor = mix(ground, '#8b7d6b', 0.1);
  const dark = mix(colour, '#1f1a17', 0.34);
  const light = mix(colour, '#ffffff', 0.5);
  const pattern = (PATTERNS[picture.pattern] ?? PATTERNS.plain)(mix(colour, warm % 2 === 0 ? '#ffffff' : '#1f1a17', warm % 2 === 0 ? 0.42 : 0.2));
  const scale = 1.36 + (warm % 7) / 60;
  const place = `translate(300 312) scale(${scale.toFixed(2)}) translate(-200 -206)`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 600" width="600" height="600"><defs>${pattern}`
    + `<linearGradient id="s" x1="0" x2="1"><stop offset="0" stop-color="#fff" stop-opacity=".26"/><stop offset=".45" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#1f1a17" stop-opacity=".22"/></linearGradient>`
    + `<radialGradient id="f"><stop offset="0" stop-color="#3a2f26" stop-opacity=".3"/><stop offset="1" stop-color="#3a2f26" stop-opacity="0"/></radialGradient></defs>`
    + `<path d="M0 0h600v600H0z" fill="${ground}"/><path d="M0 430h600v170H0z" fill="${floor}"/><ellipse cx="306" cy="462" rx="214" ry="30" fill="url(#f)"/>`
    + `<g transform="${place}">`
    + (shape.line ? `<path d="${shape.line}" fill="none" stroke="${dark}" stroke-width="12" stroke-linecap="round"${picture.shape === 'mug' || picture.shape === 'teapot' || picture.shape === 'dripper' ? '' : ' opacity="0"'}/>` : '')
    + `<path d="${shape.body}" fill="${colour}"/>`
    + (pattern ? `<path d="${shape.body}" fill="url(#p)" opacity=".85"/>` : '')
    + `<path d="${shape.body}" fill="url(#s)"/>`
    + (shape.glow ? `<path d="${shape.glow}" fill="${picture.shape === 'candle' || picture.shape === 'holder' ? '#f2b84b' : picture.shape === 'pot' || picture.shape === 'packet' ? '#5f8a52' : light}" opacity=".92"/>` : '')
    + (shape.trim ? `<path d="${shape.trim}" fill="${dark}"/>` : '')
    + (shape.line && !['mug', 'teapot', 'dripper'].includes(picture.shape) ? `<path d="${shape.line}" fill="none" stroke="${dark}" stroke-width="5" stroke-linecap="round" opacity=".55"/>` : '')
    + `</g></svg>`;
}
