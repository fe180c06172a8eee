import { VitrineError } from '@vitrine/sdk/core';

const KEPT = 'The published release is unchanged.';

/** What Node, the WebAssembly backend and the embedded database say when there is no memory left. */
const NO_MEMORY = /out of memory|allocation failed|could not allocate|invalid (typed )?array (buffer )?length|cannot enlarge memory|WebAssembly\.Memory|\bOOM\b/i;

/** Why a training failed, in one line for a person. What is known already stays as it is. */
export function trainingFailure(cause: unknown): VitrineError {
  if (cause instanceof VitrineError) return cause;
  const { code, message, syscall, path } = cause as NodeJS.ErrnoException;
  // 53100 is what a PostgreSQL server says of its own disk.
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === '53100' || /ENOSPC|no space left on device/i.test(message ?? '')) {
    return new VitrineError('internal', `Training stopped: the disk is full. Free some space where Vitrine keeps its data (VITRINE_HOME) and train again. ${KEPT}`, { cause });
  }
  if (syscall !== undefined && path !== undefined) {
    return new VitrineError('internal', `Training stopped: its checkpoint could not be kept (${code}). Let Vitrine write to the folder "training" in VITRINE_HOME and train again. ${KEPT}`, { cause });
  }
  if (code === 'ERR_WORKER_OUT_OF_MEMORY' || code === 'ERR_MEMORY_ALLOCATION_FAILED' || NO_MEMORY.test(message ?? '')) {
    return new VitrineError('internal', `Training stopped: this machine has too little free memory for it. Give it more, or stop other programs, and train again. ${KEPT}`, { cause });
  }
  return new VitrineError('internal', `Training failed for a reason on our side: ${firstLine(message)} ${KEPT}`, { cause });
}

function firstLine(message = 'unknown'): string {
  return message.split('\n')[0].slice(0, 200).replace(/\.?$/, '.');
}
