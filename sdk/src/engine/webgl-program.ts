import { BLOCK } from '../core/models/recommendation/types.ts';

/** Int8 numbers in a texel of four 32-bit integers. */
export const TEXEL = 16;

/** Widest query the program takes: beyond it a sum of products might pass 2^24, and float32 would no longer be exact. */
export const WIDEST = 512;

/**
 * Where things stand in the one texture. Fragment (x, y) scores block y · width + x, and reads its k-th texel at
 * (x, y + height · k): fragments side by side read texels side by side, which is what a GPU's caches are made for.
 *
 * A block has steps texels: BLOCK rows of `chunks` texels, then BLOCK biases, four float32 to a texel.
 */
export interface Layout {
  readonly blocks: number;
  readonly chunks: number;
  readonly steps: number;
  /** Size of what is drawn; the texture is as wide and `steps` times as high. */
  readonly width: number;
  readonly height: number;
}

export function layoutOf(items: number, dim: number): Layout {
  const blocks = Math.ceil(items / BLOCK);
  const chunks = Math.ceil(dim / TEXEL);
  const steps = BLOCK * chunks + BLOCK / 4;
  const width = 2 ** Math.ceil(Math.log2(blocks * steps) / 2); // about square
  return { blocks, chunks, steps, width, height: Math.ceil(blocks / width) };
}

/** Turns a row's first three bytes of every four from -128…127 into 0…255; the fourth keeps its sign. */
export const UNSIGN = 0x808080;

/**
 * The catalogue as the program reads it.
 * @param table [items × dim] int8
 * @param bias [items]
 * @returns [steps · height, width, 4] int32
 */
export function packRows(table: Int8Array, bias: Float32Array, dim: number, { blocks, chunks, width, height, steps }: Layout): Int32Array {
  const texels = new Int32Array(steps * height * width * 4);
  const row = new Int8Array(chunks * TEXEL);
  const words = new Int32Array(row.buffer);
  const biases = new Float32Array(BLOCK);
  const biasWords = new Int32Array(biases.buffer);
  for (let block = 0; block < blocks; block++) {
    const at = (step: number) => ((Math.floor(block / width) + height * step) * width + (block % width)) * 4;
    for (let k = 0; k < BLOCK; k++) {
      const item = block * BLOCK + k;
      // A row beyond the last one is never a block's best.
      biases[k] = item < bias.length ? bias[item] : -3e38;
      if (item >= bias.length) continue;
      row.set(table.subarray(item * dim, item * dim + dim));
      for (let word = 0; word < words.length; word++) texels[at(k * chunks + (word >> 2)) + (word & 3)] = words[word] ^ UNSIGN;
    }
    for (let word = 0; word < BLOCK; word++) texels[at(BLOCK * chunks + (word >> 2)) + (word & 3)] = biasWords[word];
  }
  return texels;
}

/**
 * The query as the program reads it, and what making bytes unsigned has added to each dot product.
 * @returns query: [chunks · 4, 4]; vector 4c + b holds what byte b of the four integers of texel c is multiplied by
 */
export function packQuery(query: Int8Array, chunks: number): { vectors: Float32Array; offset: number } {
  const vectors = new Float32Array(chunks * TEXEL);
  let offset = 0;
  query.forEach((value, j) => {
    const byte = j & 3;
    vectors[((j >> 4) * 4 + byte) * 4 + ((j >> 2) & 3)] = byte < 3 ? value / 256 ** byte : value;
    if (byte < 3) offset += 128 * value;
  });
  return { vectors, offset };
}

/**
 * One fragment a block: the largest (dot − Offset) · Unit + bias of its 16 rows, as the four bytes of a float32, so that
 * no float render target is needed.
 *
 * A byte is not shifted down but masked where it stands: as a float it is 256^b times too large, exactly, and the query
 * is as much smaller. All sums are whole numbers below 2^24, exact whatever their order.
 */
export function fragmentShader({ chunks, height }: Layout): string {
  const fetch = (step: string) => `texelFetch(Rows, ivec2(at.x, at.y + ${height} * (${step})), 0)`;
  const texel = (row: number, chunk: number) => `
        t = ${fetch(`(r + ${row}) * ${chunks} + ${chunk}`)};
        s += vec4(t & 255) * Query[${4 * chunk}] + vec4(t & 65280) * Query[${4 * chunk + 1}] + vec4(t & 16711680) * Query[${4 * chunk + 2}] + vec4(t >> 24) * Query[${4 * chunk + 3}];`;
  const dot = (row: number) => `
        s = vec4(0);${Array.from({ length: chunks }, (_, chunk) => texel(row, chunk)).join('')}
        dots[${row}] = dot(s, vec4(1));`;
  return `#version 300 es
    precision highp float;
    precision highp int;
    precision highp isampler2D;
    uniform isampler2D Rows;
    uniform vec4 Query[${4 * chunks}];
    uniform float Unit;
    uniform float Offset;
    out vec4 bytes;
    void main() {
      ivec2 at = ivec2(gl_FragCoord.xy);
      vec4 most = vec4(-3e38);
      for (int r = 0; r < ${BLOCK}; r += 4) {
        ivec4 t;
        vec4 s, dots;${[0, 1, 2, 3].map(dot).join('')}
        most = max(most, (dots - Offset) * Unit + intBitsToFloat(${fetch(`${BLOCK * chunks} + r / 4`)}));
      }
      uint bits = floatBitsToUint(max(max(most.x, most.y), max(most.z, most.w)));
      bytes = vec4((uvec4(bits) >> uvec4(0, 8, 16, 24)) & 255u) / 255.0;
    }`;
}
