import { ENV, env, Environment, setEnvironmentGlobal } from '@tensorflow/tfjs-core/dist/environment.js';
import { GPGPUContext } from '@tensorflow/tfjs-backend-webgl/dist/gpgpu_context.js';

/** The flags of tfjs that its GPGPUContext reads. */
const FLAGS = { WEBGL_VERSION: 2, WEBGL_MAX_TEXTURE_SIZE: 2 ** 16, DEBUG: false, ENGINE_COMPILE_ONLY: false, WEBGL2_ISNAN_CUSTOM: false };

/**
 * tfjs's WebGL context without the rest of its backend, on a canvas of our own: tfjs would make one itself, which fails
 * in Safari's Workers. Always a new context with nothing kept from the one before: a program compiled for a lost context
 * gives wrong results.
 *
 * @throws Error where WebGL 2 is missing
 */
export function openGpgpu(): { readonly gl: WebGL2RenderingContext; readonly gpgpu: GPGPUContext } {
  const attributes = { alpha: false, antialias: false, depth: false, stencil: false, premultipliedAlpha: false, preserveDrawingBuffer: false };
  const gl = typeof OffscreenCanvas === 'undefined' ? null : new OffscreenCanvas(1, 1).getContext('webgl2', attributes);
  if (!gl) throw new Error('this browser offers no WebGL 2 here');
  gl.disable(gl.DITHER); // bytes must arrive as they were written
  // tfjs refuses a context that cannot render to floats. Nothing here does, so it is told that it could.
  const getExtension = gl.getExtension.bind(gl) as (name: string) => unknown;
  gl.getExtension = ((name: string) => getExtension(name) ?? (name === 'EXT_color_buffer_half_float' ? {} : null)) as typeof gl.getExtension;
  if (!ENV) {
    setEnvironmentGlobal(new Environment({}));
    for (const [flag, value] of Object.entries(FLAGS)) env().registerFlag(flag, () => value);
  }
  return { gl, gpgpu: new GPGPUContext(gl) };
}
