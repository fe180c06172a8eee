import { createFragmentShader } from '@tensorflow/tfjs-backend-webgl/dist/webgl_util.js';
import type { RecommendationModel } from '../core/models/recommendation/load.ts';
import type { BlockScan } from '../core/models/recommendation/types.ts';
import { openGpgpu } from './open-gpgpu.ts';
import { fragmentShader, layoutOf, packQuery, packRows, WIDEST } from './webgl-program.ts';

/** Rounding in float32 loses less than this share of a score: a product, a sum, a constant, and a bit to spare. */
const ROUNDING = 2 ** -21;

/**
 * The catalogue scan on the GPU: the catalogue in one texture of integers, one draw, one read-back of four bytes a block.
 * tfjs's GPGPUContext holds the programs, buffers and textures.
 *
 * A lost context does not make WebGL fail: it returns nothing that can be told from numbers. So it is asked before and
 * after each read. The read waits for the GPU, which is right in a Worker, where nothing else does.
 *
 * @throws Error where WebGL 2 is missing or too small; from `scan`, once the context is lost
 *
 * @example
 * const { maxima, slack } = createWebglScan(model).scan(query, unit);
 */
export function createWebglScan(model: Pick<RecommendationModel, 'table' | 'config' | 'params'>): BlockScan {
  const { items, dim } = model.config;
  const bias = model.params.get('item_bias')!;
  const layout = layoutOf(items, dim);
  const { blocks, chunks, width, height, steps } = layout;
  const { gl, gpgpu } = openGpgpu();
  const largest = gl.getParameter(gl.MAX_TEXTURE_SIZE) as number;
  if (dim > WIDEST || width > largest || height * steps > largest) throw new Error('the catalogue is too large for this GPU');

  const catalogue = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, catalogue);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA32I, width, height * steps);
  gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height * steps, gl.RGBA_INTEGER, gl.INT, packRows(model.table, bias, dim, layout));

  const { texture: output } = gpgpu.createUnsignedBytesMatrixTexture(height, width);
  const program = gpgpu.createProgram(createFragmentShader(gl, fragmentShader(layout)));
  gpgpu.buildVao(program);
  gpgpu.setOutputMatrixTexture(output, height, width);
  gpgpu.setInputMatrixTexture(catalogue, gpgpu.getUniformLocation(program, 'Rows'), 0);
  const [queryAt, unitAt, offsetAt] = ['Query', 'Unit', 'Offset'].map((name) => gpgpu.getUniformLocation(program, name));

  const largestBias = bias.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const pixels = new Uint8Array(width * height * 4);
  const maxima = new Float32Array(pixels.buffer, 0, blocks); // as all devices with WebGL store it: lowest byte first
  const alive = () => {
    if (gl.isContextLost()) throw new Error('the WebGL context was lost');
  };
  return {
    name: 'webgl',
    scan(query, unit) {
      alive();
      const { vectors, offset } = packQuery(query, chunks);
      gl.uniform4fv(queryAt, vectors);
      gl.uniform1f(unitAt, unit);
      gl.uniform1f(offsetAt, offset);
      gpgpu.executeProgram();
      gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
      alive();
      let most = 0;
      for (const value of maxima) most = Math.max(most, Math.abs(value));
      return { maxima, slack: (most + largestBias) * ROUNDING };
    },
    dispose() {
      gl.deleteTexture(catalogue);
      gpgpu.deleteMatrixTexture(output);
      gpgpu.deleteProgram(program);
      gl.deleteBuffer(gpgpu.vertexBuffer); // tfjs forgets it
      gpgpu.dispose();
      gl.getExtension('WEBGL_lose_context')?.loseContext(); // a page has 16 contexts; give this one back now
    },
  };
}
