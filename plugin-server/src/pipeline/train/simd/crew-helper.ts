import { workerData } from 'node:worker_threads';
import { type CrewData, help } from './crew.ts';

// A helper thread of the SIMD trainer: takes jobs until the crew ends.
help(workerData as CrewData);
