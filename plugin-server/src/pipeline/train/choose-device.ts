import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { VitrineError } from '@vitrine/sdk/core';
import type { Device } from '../../config.ts';
import type { GpuReport } from './probe-gpu.ts';

/**
 * How a training runs: by our own kernels on all cores (`simd`), or by TensorFlow.js on WebGPU, on WebAssembly, or on its
 * plain JavaScript backend (`reference`).
 */
export type TrainingPath = 'gpu' | 'simd' | 'wasm' | 'reference';

const NAMES: Readonly<Record<TrainingPath, string>> = {
  gpu: 'the GPU (WebGPU)', simd: 'the CPU (SIMD, all cores)', wasm: 'the CPU (TensorFlow.js, WebAssembly)',
  reference: 'the CPU (TensorFlow.js, plain JavaScript)',
};

export interface DeviceOptions {
  /** Takes a GPU that is emulated on the CPU; for tests only. */
  readonly softwareGpu?: boolean;
}

export interface StartedDevice {
  readonly path: TrainingPath;
  /** One line: what was chosen and why. */
  readonly reason: string;
  close(): Promise<void>;
}

/**
 * Chooses what to train on and makes it ready in this thread. Needs `tfjs-resolution.ts` loaded before.
 * @throws VitrineError `bad_config` when a GPU is asked for and none can be used
 */
export async function startDevice(device: Device, options: DeviceOptions = {}): Promise<StartedDevice> {
  const needsGpu = device === 'gpu' || device === 'auto';
  const { path, reason } = decide(device, {
    gpu: needsGpu ? await probe(device === 'auto', options) : undefined, simdProblem: await simdProblem(),
  });
  if (path === 'gpu') {
    const { startGpu } = await import('./start-gpu.ts');
    return { path, reason, close: (await startGpu(options)).close };
  }
  if (path === 'simd') return { path, reason, close: async () => {} };
  const { startTfjs } = await import('./start-tfjs.ts');
  await startTfjs(path === 'reference' ? 'cpu' : 'wasm');
  return { path, reason, close: async () => {} };
}

/** The choice, and the line that says why. @throws VitrineError `bad_config` */
export function decide(
  device: Device, { gpu, simdProblem }: { readonly gpu?: GpuReport; /** Why the SIMD kernels cannot be used. */ readonly simdProblem?: string } = {},
): { readonly path: TrainingPath; readonly reason: string } {
  const choose = (path: TrainingPath, why: string) => ({ path, reason: `Training on ${NAMES[path]}: ${why}.` });
  const cpu = (why: string) => (simdProblem ? choose('wasm', `${why}; ${simdProblem}`) : choose('simd', why));
  if (device === 'wasm' || device === 'reference') return choose(device, 'as asked');
  if (device === 'cpu' || !gpu) return cpu('as asked');
  if ('problem' in gpu) {
    if (device === 'gpu') throw new VitrineError('bad_config', `This machine cannot train on a GPU: ${gpu.problem}. Train with --device cpu.`);
    return cpu(gpu.problem);
  }
  if (device === 'gpu') return choose('gpu', `${gpu.adapter}, as asked; its gradients agree with the CPU's`);
  const { adapter, milliseconds = { gpu: 0, cpu: 0 } } = gpu;
  const times = `a step takes ${milliseconds.gpu.toFixed(1)} ms there and ${milliseconds.cpu.toFixed(1)} ms on the CPU`;
  return milliseconds.gpu < milliseconds.cpu ? choose('gpu', `found ${adapter}; ${times}`) : cpu(`found ${adapter}; ${times}`);
}

async function simdProblem(): Promise<string | undefined> {
  try {
    const { loadKernels } = await import('./simd/load-kernels.ts');
    await loadKernels();
    return undefined;
  } catch (cause) {
    return `the SIMD kernels cannot be used (${(cause as Error).message.split('\n')[0].replace(/\.$/, '')})`;
  }
}

/** Seconds a driver may take to start, compile and pass the test. */
const PATIENCE = 60;

/** The GPU is tried in a process of its own: a driver that crashes or hangs takes down that one, not the server. */
async function probe(timed: boolean, { softwareGpu = false }: DeviceOptions): Promise<GpuReport> {
  const args = [fileURLToPath(new URL('./probe-gpu.ts', import.meta.url)), ...(timed ? ['--timed'] : []), ...(softwareGpu ? ['--software'] : [])];
  const patience = softwareGpu ? 10 * PATIENCE : PATIENCE;
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: patience * 1000, killSignal: 'SIGKILL' });
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as GpuReport;
  } catch (cause) {
    const { killed } = cause as { readonly killed?: boolean };
    return { problem: killed ? `the GPU's test did not end within ${patience} s` : 'the GPU\'s driver failed its test' };
  }
}
