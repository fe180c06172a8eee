import type { RecommendationModel } from '../core/models/recommendation/load.ts';
import type { BlockScan } from '../core/models/recommendation/types.ts';
import { examine } from './examine.ts';
import { probeRenderer } from './probe-renderer.ts';
import type { BackendChoice } from './protocol.ts';
import { createWebglScan } from './webgl-scan.ts';

/**
 * Opens the GPU and lets it answer only if it returns the CPU's numbers on this device; under `auto` it must also be
 * real hardware and faster. Everything that only WebGL needs is behind this file, in a chunk of its own.
 *
 * @throws Error whose message says why WebGL may not answer
 */
export function openWebgl(model: RecommendationModel, cpu: BlockScan, choice: BackendChoice, now: () => number): BlockScan {
  const objection = choice === 'auto' ? probeRenderer() : null;
  if (objection) throw new Error(objection);
  const webgl = createWebglScan(model);
  try {
    examine(webgl, cpu, model.config.dim, choice, now);
    return webgl;
  } catch (error) {
    webgl.dispose();
    throw error;
  }
}
