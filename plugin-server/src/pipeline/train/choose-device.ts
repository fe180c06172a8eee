import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { VitrineError } from '@vitrine/sdk/core';
import type { Device } from '../../config.ts';
import type { GpuReport } from './probe-gpu.ts';

/**
 * How a training runs: TensorFlow.js on WebGPU, on WebAssembly with our kernels, or on its plain JavaScript backend
 * (`reference`).
 */
export type TrainingPath = 'gpu' | 'wasm' | 'reference';

/** The path that `--device cpu` stands for. */
const CPU_PATH: TrainingPath = 'wasm';
const NAMES: Readonly<Record<TrainingPath, string>> = {
  gpu: 'the GPU (WebGPU)', wasm: 'the CPU (WebAssembly)', reference: 'the CPU (plain JavaScript, slow: the reference)',
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
  const { path, reason } = decide(device, needsGpu ? await probe(device === 'auto', options) : undefined);
  if (path === 'gpu') {
    const { startGpu } = await import('./start-gpu.ts');
    return { path, reason, close: (await startGpu(options)).close };
  }
  const { startTfjs } = await import('./start-tfjs.ts');
  await startTfjs(path === 'reference' ? 'cpu' : 'wasm');
  return { path, reason, close: async () => {} };
}

/** The choice, and the line that says why. @throws VitrineError `bad_config` */
export function decide(device: Device, gpu?: GpuReport): { readonly path: TrainingPath; readonly reason: string } {
  const choose = (path: TrainingPath, why: string) => ({ path, reason: `Training on ${NAMES[path]}: ${why}.` });
  if (device === 'wasm' || device === 'reference') return choose(device, 'as asked');
  if (device === 'cpu' || !gpu) return choose(CPU_PATH, 'as asked');
  if ('problem' in gpu) {
    if (device === 'gpu') throw new VitrineError('bad_config', `This machine cannot train on a GPU: ${gpu.problem}. Train with --device cpu.`);
    return choose(CPU_PATH, gpu.problem);
  }
  if (device === 'gpu') return choose('gpu', `${gpu.adapter}, as asked; its gradients agree with the CPU's`);
  const { adapter, milliseconds = { gpu: 0, cpu: 0 } } = gpu;
  const times = `a step takes ${milliseconds.gpu.toFixed(1)} ms there and ${milliseconds.cpu.toFixed(1)} ms on the CPU`;
  return choose(milliseconds.gpu < milliseconds.cpu ? 'gpu' : CPU_PATH, `found ${adapter}; ${times}`);
}

/** Seconds a driver may take to start, compile and pass the test. */
const PATIENCE = 60;

/** The GPU is tried in a process of its own: a driver that crashes or hangs takes down that one, not the server. */
async function probe(timed: boolean, { softwareGpu = false }: DeviceOptions): Promise<GpuReport> {
  const args = [fileURLToPath(new URL('./probe-gpu.ts', import.meta.url)), ...(timed ? ['--timed'] : []), ...(softwareGpu ? ['--software'] : [])];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: PATIENCE * 1000, killSignal: 'SIGKILL' });
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as GpuReport;
  } catch (cause) {
    const { killed } = cause as { readonly killed?: boolean };
    return { problem: killed ? `the GPU's test did not end within ${PATIENCE} s` : 'the GPU\'s driver failed its test' };
  }
}
