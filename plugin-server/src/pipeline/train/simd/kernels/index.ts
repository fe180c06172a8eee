// AssemblyScript. What the module exports; compiled by ../compile-kernels.ts.
export { gemm, gemmPanels, gemmTransposed, transpose } from './gemm.ts';
export { gatherRows, settleRows, packPanels, addListed, updateRows, updateDense } from './rows.ts';
export {
  inputs, summaries, clear, fillRows, copyRows, attend, normaliseQueries, queriesBackward, attendBackward, sumRows, inputsBackward, addPairs, splitPairs,
} from './encoder.ts';
export { addRepeats, softmaxLoss, bonusBackward, biasBackward, repeatBackward } from './loss.ts';
