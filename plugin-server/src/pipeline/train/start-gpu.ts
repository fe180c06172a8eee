import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { VitrineError } from '@vitrine/sdk/core';

/** Adapters that compute on the CPU under the name of a GPU. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i;

export interface StartedGpu {
  /** Name of the adapter, e.g. "nvidia ampere". */
  readonly adapter: string;
  /** Gives the GPU back. Without it the process does not end. */
  close(): Promise<void>;
}

/**
 * Makes tfjs ready on WebGPU: Vulkan, Metal or D3D12 through Dawn's bindings for Node, no CUDA. Needs
 * `tfjs-resolution.ts` loaded before.
 *
 * @throws VitrineError `bad_config`: why there is no GPU to train on
 */
export async function startGpu({ softwareGpu = false }: { readonly softwareGpu?: boolean } = {}): Promise<StartedGpu> {
  const fail = (why: string, cause?: unknown) => new VitrineError('bad_config', why, { cause });
  const { create, globals } = await import('webgpu').catch((cause: unknown) => {
    throw fail('the package "webgpu" is not installed or has no build for this system', cause);
  });
  Object.assign(globalThis, globals);
  const gpu = create([]);
  const release = () => { delete (navigator as { gpu?: unknown }).gpu; };
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) throw fail('no GPU was found that offers Vulkan, Metal or Direct3D 12');
    const { vendor, architecture, device, description } = adapter.info;
    const name = [vendor, architecture, description || device].filter(Boolean).join(' ');
    const software = adapter.info.isFallbackAdapter || SOFTWARE.test([name, device].join(' '));
    if (software && !softwareGpu) throw fail(`the only adapter, ${name}, is emulated on the CPU`);
    // The backend registers itself when it is loaded, and only where it finds `navigator.gpu`.
    await import('@tensorflow/tfjs-backend-webgpu');
    if (!(await tf.setBackend('webgpu'))) throw fail(`${name} cannot be opened`);
    await tf.ready();
    return {
      adapter: name,
      async close() {
        tf.removeBackend('webgpu');
        release();
      },
    };
  } catch (cause) {
    release();
    throw cause;
  }
}
