import type { Arrays } from '../learner.ts';
import type { Layout } from './layout.ts';

// Between arrays as the model names them and the records of memory: part 0 values, 1 first moments, 2 second moments.

type Size = { readonly items: number; readonly dim: number };

/** Place of a row's part in `floats`. */
const record = ({ table, D }: Layout, row: number, part: number): number => table / 4 + row * 3 * (D + 4) + part * (D + 4);

export function writeValues(floats: Float32Array, layout: Layout, { items, dim }: Size, values: Arrays, part: number): void {
  const { D, dense, params, span } = layout;
  const table = values.get('item_table')!;
  const [biases, repeats] = [values.get('item_bias')!, values.get('repeat_bias')!];
  for (let row = 0; row < items; row++) {
    const at = record(layout, row, part);
    floats.set(table.subarray(row * dim, (row + 1) * dim), at);
    floats[at + D] = biases[row];
    floats[at + D + 1] = repeats[row];
  }
  for (const [name, param] of dense) {
    const to = params / 4 + part * span + param.offset;
    eachRow(name, param, layout, dim, (row, place) => floats.set(values.get(name)!.subarray(row * param.columns, (row + 1) * param.columns), to + place));
  }
}

/** @param names of the arrays to read, in this order */
export function readValues(floats: Float32Array, layout: Layout, { items, dim }: Size, names: Iterable<string>, part: number): Map<string, Float32Array> {
  const { D, dense, params, span } = layout;
  const read = new Map<string, Float32Array>();
  for (const name of names) {
    const param = dense.get(name);
    if (param) {
      const from = params / 4 + part * span + param.offset;
      const rows: Float32Array[] = [];
      eachRow(name, param, layout, dim, (_, place) => rows.push(floats.slice(from + place, from + place + param.columns)));
      const data = new Float32Array(rows.length * param.columns);
      rows.forEach((row, index) => data.set(row, index * param.columns));
      read.set(name, data);
      continue;
    }
    const width = name === 'item_table' ? dim : 1;
    const offset = name === 'item_table' ? 0 : name === 'item_bias' ? D : D + 1;
    const data = new Float32Array(items * width);
    for (let row = 0; row < items; row++) {
      const at = record(layout, row, part) + offset;
      for (let column = 0; column < width; column++) data[row * width + column] = floats[at + column];
    }
    read.set(name, data);
  }
  return read;
}

type Param = Layout['dense'] extends ReadonlyMap<string, infer P> ? P : never;

/** Each row the caller's array has, and its place: the lower half of `project` begins at row D. */
function eachRow(name: string, { rows, width }: Param, { D }: Layout, dim: number, visit: (row: number, place: number) => void): void {
  for (let row = 0; row < rows; row++) visit(row, (name === 'project' && row >= dim ? row - dim + D : row) * width);
}
