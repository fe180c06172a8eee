/** The functions of kernels/index.ts, as JavaScript sees them: pointers and counts are numbers. */
type Kernel = (...numbers: readonly number[]) => void;
export type Kernels = Readonly<Record<
  | 'gemm' | 'gemmPanels' | 'gemmTransposed' | 'transpose' | 'gatherRows' | 'settleRows' | 'packPanels' | 'addListed' | 'updateRows' | 'updateDense'
  | 'inputs' | 'summaries' | 'clear' | 'fillRows' | 'copyRows' | 'attend' | 'normaliseQueries' | 'attendBackward' | 'sumRows' | 'inputsBackward'
  | 'addPairs' | 'splitPairs' | 'addRepeats' | 'bonusBackward' | 'biasBackward' | 'repeatBackward', Kernel>> & {
  readonly softmaxLoss: (...numbers: readonly number[]) => number;
  readonly queriesBackward: (...numbers: readonly number[]) => number;
};

/** An instance over a memory; instances of several threads may share one. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
}
