import { Worker } from 'node:worker_threads';
import { VitrineError } from '@vitrine/sdk/core';
import { instantiate } from './kernel-exports.ts';
import { layoutOf, type Shape } from './layout.ts';
import { createStepJobs, type Phase, PHASES, type StepJobs } from './step-jobs.ts';

/** Words of control, 64 bytes apart so that no two share a cache line; they lie at the very beginning of the memory. */
const [GENERATION, PHASE, NEXT, FINISHED, READY, FAILED] = [16, 32, 48, 64, 80, 96];
/** Value of PHASE that ends the helpers. */
const STOP = -1;
/** Looks at a word this often before going to sleep on it: some tens of microseconds, longer than most waits between phases. */
const SPINS = 20_000;
/** Milliseconds after which a helper that says nothing counts as lost. */
const PATIENCE = 120_000;

export interface CrewData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly shape: Shape;
  readonly factors: Readonly<Record<string, number>>;
  readonly thread: number;
}

/** The calling thread and its helpers. */
export interface Crew {
  /**
   * Carries out all jobs of a phase and returns when they are done.
   * @param meanwhile run by the calling thread before it joins in
   */
  run(phase: Phase, meanwhile?: () => void): void;
  /** Settles when the helpers have ended: until then they hold the memory. */
  dispose(): Promise<void>;
}

/** Starts the helpers; ready when all of them are. @throws VitrineError `internal` when one does not start */
export async function startCrew(data: Omit<CrewData, 'thread'>): Promise<Crew> {
  const { module, memory, shape, factors } = data;
  const control = new Int32Array(memory.buffer, 0, 256);
  const jobs = createStepJobs(instantiate(module, memory), memory, layoutOf(shape), factors, 0);
  const helpers: Worker[] = [];
  const helperCount = shape.threads - 1;
  let lost: Error | undefined;
  const dispose = async (): Promise<void> => {
    Atomics.store(control, PHASE, STOP);
    Atomics.add(control, GENERATION, 1);
    Atomics.notify(control, GENERATION);
    await Promise.all(helpers.map((helper) => helper.terminate()));
  };

  for (let thread = 1; thread <= helperCount; thread++) {
    const helper = new Worker(new URL('./crew-helper.ts', import.meta.url), { workerData: { ...data, thread } satisfies CrewData });
    helper.on('error', (cause) => { lost = cause; });
    helper.unref();
    helpers.push(helper);
  }
  const deadline = performance.now() + PATIENCE;
  while (Atomics.load(control, READY) < helperCount) {
    if (lost || performance.now() > deadline) {
      await dispose();
      throw new VitrineError('internal', `A training thread did not start${lost ? `: ${lost.message}` : ''}. The published release is unchanged.`, { cause: lost });
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }

  return {
    run(phase, meanwhile) {
      Atomics.store(control, NEXT, 0);
      Atomics.store(control, FINISHED, 0);
      Atomics.store(control, PHASE, PHASES.indexOf(phase));
      if (helperCount > 0) {
        Atomics.add(control, GENERATION, 1);
        Atomics.notify(control, GENERATION);
      }
      meanwhile?.();
      takeJobs(control, jobs, phase);
      const giveUp = performance.now() + PATIENCE;
      for (let finished = 0; (finished = Atomics.load(control, FINISHED)) < helperCount;) {
        if (changes(control, FINISHED, finished, 1000) || Atomics.load(control, FAILED) === 0 && performance.now() < giveUp) continue;
        throw new VitrineError('internal', 'A training thread stopped in the middle of a step. The published release is unchanged.');
      }
    },
    dispose,
  };
}

/** What a helper does until the crew is disposed. */
export function help(data: CrewData): void {
  const { module, memory, shape, factors, thread } = data;
  const control = new Int32Array(memory.buffer, 0, 256);
  const jobs = createStepJobs(instantiate(module, memory), memory, layoutOf(shape), factors, thread);
  let seen = Atomics.load(control, GENERATION);
  Atomics.add(control, READY, 1);
  for (;;) {
    while (Atomics.load(control, GENERATION) === seen) changes(control, GENERATION, seen, 1000);
    seen = Atomics.load(control, GENERATION);
    const phase = PHASES[Atomics.load(control, PHASE)];
    if (!phase) return;
    try {
      takeJobs(control, jobs, phase);
    } catch (error) {
      Atomics.store(control, FAILED, 1);
      throw error;
    }
    Atomics.add(control, FINISHED, 1);
    Atomics.notify(control, FINISHED);
  }
}

function takeJobs(control: Int32Array, jobs: StepJobs, phase: Phase): void {
  const count = jobs.count(phase);
  for (let job = 0; (job = Atomics.add(control, NEXT, 1)) < count;) jobs.run(phase, job);
}

/** Waits until a word is no longer `value`: first by looking, then asleep. @returns whether it changed in time */
function changes(control: Int32Array, word: number, value: number, milliseconds: number): boolean {
  for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(control, word) !== value) return true;
  return Atomics.wait(control, word, value, milliseconds) !== 'timed-out';
}
