import './tfjs-resolution.ts';

/** What is known of this machine's GPU. */
export type GpuReport =
  | { readonly problem: string }
  | {
    readonly adapter: string;
    /** Largest difference of a gradient from the CPU's, as a share of the tensor's largest. */
    readonly gradientError: number;
    /** Of one training step. */
    readonly milliseconds?: { readonly gpu: number; readonly cpu: number };
  };

// A program of its own, started by `choose-device.ts`: prints one line of JSON and ends.
//   --software   an emulated GPU will do
//   --timed      times a step, there and on the CPU

/** float32 sums in another order differ by about 1e-6; a wrong kernel by far more than this. */
const LARGEST_ERROR = 1e-3;

async function report(): Promise<GpuReport> {
  const [{ startGpu }, { gradientError, stepTime }] = await Promise.all([import('./start-gpu.ts'), import('./self-test.ts')]);
  const { adapter, close } = await startGpu({ softwareGpu: process.argv.includes('--software') });
  try {
    const error = await gradientError('webgpu');
    if (!(error < LARGEST_ERROR)) return { problem: `${adapter} computes wrong gradients (off by ${error.toPrecision(2)})` };
    if (!process.argv.includes('--timed')) return { adapter, gradientError: error };
    return { adapter, gradientError: error, milliseconds: { gpu: await stepTime('gpu'), cpu: await stepTime('simd') } };
  } finally {
    await close();
  }
}

if (import.meta.main) {
  const line = await report().catch((error: Error) => ({ problem: error.message.split('\n')[0].replace(/\.$/, '') }));
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
