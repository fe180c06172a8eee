import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/**
 * Gives back now what earlier stages have left behind. The collector wakes up when the JavaScript heap grows, and that is
 * small here: tables and the memory of WebAssembly stand outside of it, and two trainings' worth of them would be there
 * at once. It takes some tens of milliseconds.
 */
export function freeMemory(): void {
  if (!collect) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}
