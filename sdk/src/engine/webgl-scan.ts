import { env } from '@tensorflow/tfjs-core/dist/environment.js';
import { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl/dist/backend_webgl.js';
import { setWebGLContext } from '@tensorflow/tfjs-backend-webgl/dist/canvas_util.js';
import { GPGPUContext } from '@tensorflow/tfjs-backend-webgl/dist/gpgpu_context.js';
import type { GPGPUProgram } from '@tensorflow/tfjs-backend-webgl/dist/gpgpu_math.js';
import type { RecommendationModel } from '../core/models/recommendation/load.ts';
import { BLOCK, type BlockScan } from '../core/models/recommendation/types.ts';

/**
 * The catalogue scan on the GPU: tfjs's WebGL backend, the catalogue in one float32 texture, one draw for all N dot
 * products [N, d] × [d], one synchronous read-back (right in a Worker, where nothing else waits).
 *
 * A lost context does not make tfjs fail: it returns wrong numbers. So the context is asked before and after each read.
 *
 * @throws Error where WebGL 2 is missing, and from `score` once the context is lost; `choose-backend.ts` answers both
 *   with JavaScript, so it never leaves the engine
 */
export function createWebglScan(model: Pick<RecommendationModel, 'table' | 'config' | 'params'>): BlockScan {
  const { items, dim } = model.config;
  const gl = openContext();
  // Set by hand: tfjs would make a canvas of its own, which fails in Safari's Workers.
  env().set('WEBGL_VERSION', 2);
  setWebGLContext(2, gl);
  const backend = new MathBackendWebGL(new GPGPUContext(gl));

  const bias = model.params.get('item_bias')!;
  const shape = [items, dim];
  const catalogue = { dataId: backend.write(Float32Array.from(model.table), shape, 'float32'), shape, dtype: 'float32' as const };
  const program = dotProgram(items, dim);

  const alive = () => {
    if (gl.isContextLost()) throw new Error('the WebGL context was lost');
  };
  return {
    name: 'webgl',
    scan(query, unit) {
      alive();
      const vector = { dataId: backend.write(Float32Array.from(query), [dim], 'float32'), shape: [dim], dtype: 'float32' as const };
      const output = backend.runWebGLProgram(program, [catalogue, vector], 'float32');
      try {
        const dots = backend.readSync(output.dataId) as Float32Array;
        alive();
        const maxima = new Float64Array(Math.ceil(items / BLOCK)).fill(-Infinity);
        for (let row = 0; row < items; row++) maxima[Math.floor(row / BLOCK)] = Math.max(maxima[Math.floor(row / BLOCK)], dots[row] * unit + bias[row]);
        return { maxima, slack: 0 };
      } finally {
        backend.disposeData(output.dataId);
        backend.disposeData(vector.dataId);
      }
    },
    dispose() {
      backend.dispose();
      gl.getExtension('WEBGL_lose_context')?.loseContext(); // a page has 16 contexts; give this one back now
    },
  };
}

/** One fragment an item. The sums are whole numbers below 2^24: exact in float32 whatever their order. */
function dotProgram(items: number, dim: number): GPGPUProgram {
  return {
    variableNames: ['Catalogue', 'Query'],
    outputShape: [items],
    userCode: `
      void main() {
        int item = getOutputCoords();
        float sum = 0.0;
        for (int j = 0; j < ${dim}; j++) sum += getCatalogue(item, j) * getQuery(j);
        setOutput(sum);
      }`,
  };
}

function openContext(): WebGL2RenderingContext {
  const attributes = { alpha: false, antialias: false, depth: false, stencil: false, premultipliedAlpha: false, preserveDrawingBuffer: false };
  const gl = typeof OffscreenCanvas === 'undefined' ? null : new OffscreenCanvas(1, 1).getContext('webgl2', attributes);
  if (!gl) throw new Error('this browser offers no WebGL 2 here');
  for (const off of [gl.DEPTH_TEST, gl.STENCIL_TEST, gl.BLEND, gl.DITHER, gl.POLYGON_OFFSET_FILL, gl.SAMPLE_COVERAGE]) gl.disable(off);
  gl.enable(gl.SCISSOR_TEST);
  gl.enable(gl.CULL_FACE);
  gl.cullFace(gl.BACK);
  return gl;
}
