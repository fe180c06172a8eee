const SOFTWARE_GL = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/**
 * Why WebGL is not worth loading here, or null: no WebGL 2, or a GPU that is emulated on the CPU (right, but slower there
 * than plain JavaScript, and `failIfMajorPerformanceCaveat` lets it pass). Asked before the WebGL chunk is fetched.
 */
export function probeRenderer(): string | null {
  const gl = typeof OffscreenCanvas === 'undefined' ? null : new OffscreenCanvas(1, 1).getContext('webgl2');
  if (!gl) return 'this browser offers no WebGL 2 here';
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER)); // Firefox tells by the second
  gl.getExtension('WEBGL_lose_context')?.loseContext(); // a page has 16 contexts
  return isSoftware(renderer) ? 'the GPU is emulated on the CPU' : null;
}

export const isSoftware = (renderer: string): boolean => SOFTWARE_GL.test(renderer);
