import { positionBucket, type RecommendationModel } from '@vitrine/sdk/core';
import { concatenate, float, part, whole } from './protobuf.ts';

// Field numbers of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), IR version 8, operator set 13.
const FLOAT32 = 1;
const INT32 = 6;
const INT64 = 7;

/**
 * The recommendation model for sessions of one length as an ONNX graph: the equations of the model's README up to the
 * scores of all items, then TopK. Every shape is fixed and the catalogue is float32, once, shared by the session's
 * look-up and the scores.
 *
 * Inputs: `items` [T], `kinds` [T], `goal` [1], all int32. Output: `top` [1, k] int64, best first.
 */
export function onnxGraph(model: RecommendationModel, length: number, limit: number): Uint8Array {
  const { config: { items, dim, scale }, params } = model;
  const shapeOf = (name: string): number[] => {
    const values = params.get(name)!;
    return values.length % dim === 0 ? [values.length / dim, dim] : [values.length];
  };
  const positions = Float32Array.from({ length: length * dim }, (_, at) =>
    params.get('position')![positionBucket(length - 1 - Math.floor(at / dim)) * dim + (at % dim)]);
  const initializers = [
    tensor('table', FLOAT32, [items, dim], Float32Array.from(model.table, (value) => value * model.tableScale)),
    tensor('positions', FLOAT32, [length, dim], positions),
    tensor('item_bias', FLOAT32, [items], params.get('item_bias')!),
    tensor('attention_out', FLOAT32, [dim, 1], params.get('attention_out')!),
    ...['kind', 'goals', 'attention_item', 'attention_last', 'attention_mean', 'attention_bias', 'project']
      .map((name) => tensor(name, FLOAT32, shapeOf(name === 'goals' ? 'goal' : name), params.get(name === 'goals' ? 'goal' : name)!)),
    tensor('newest', INT32, [1], Int32Array.of(length - 1)),
    tensor('row', INT64, [2], BigInt64Array.of(1n, BigInt(length))),
    tensor('k', INT64, [1], BigInt64Array.of(BigInt(limit))),
  ];
  const nodes = [
    node('Gather', ['table', 'items'], 'e'), // [T, d]
    node('Gather', ['kind', 'kinds'], 'kind_rows'),
    node('Add', ['e', 'positions'], 'placed'),
    node('Add', ['placed', 'kind_rows'], 'x'),
    node('Gather', ['x', 'newest'], 'l'), // [1, d]
    node('ReduceMean', ['e'], 'm', ints('axes', 0)), // [1, d]
    node('MatMul', ['l', 'attention_last'], 'from_last'),
    node('MatMul', ['m', 'attention_mean'], 'from_mean'),
    node('Add', ['from_last', 'from_mean'], 'from_both'),
    node('Add', ['from_both', 'attention_bias'], 'shared'),
    node('MatMul', ['x', 'attention_item'], 'from_item'),
    node('Add', ['from_item', 'shared'], 'before'),
    node('Sigmoid', ['before'], 'hidden'),
    node('MatMul', ['hidden', 'attention_out'], 'logit_column'), // [T, 1]
    node('Reshape', ['logit_column', 'row'], 'logits'), // [1, T]
    node('Softmax', ['logits'], 'a', int('axis', 1)),
    node('MatMul', ['a', 'e'], 'readout'),
    node('Concat', ['l', 'readout'], 'joined', int('axis', 1)), // [1, 2d]
    node('MatMul', ['joined', 'project'], 'projected'),
    node('Gather', ['goals', 'goal'], 'goal_row'),
    node('Add', ['projected', 'goal_row'], 'direction'),
    node('ReduceL2', ['direction'], 'norm', ints('axes', 1)),
    node('Div', ['direction', 'norm'], 'q'),
    node('Gemm', ['q', 'table', 'item_bias'], 'z', real('alpha', scale), int('transB', 1)), // [1, N]
    node('TopK', ['z', 'k'], ['best', 'top'], int('axis', 1)),
  ];
  const graph = concatenate(
    ...nodes, part(2, 'recommend'), ...initializers,
    value(11, 'items', INT32, [length]), value(11, 'kinds', INT32, [length]), value(11, 'goal', INT32, [1]), value(12, 'top', INT64, [1, limit]),
  );
  return concatenate(whole(1, 8), part(7, graph), part(8, part(1, ''), whole(2, 13)));
}

function node(type: string, inputs: readonly string[], outputs: string | readonly string[], ...attributes: readonly Uint8Array[]): Uint8Array {
  const names = [outputs].flat();
  return part(1, ...inputs.map((name) => part(1, name)), ...names.map((name) => part(2, name)), part(4, type), ...attributes.map((one) => part(5, one)));
}

const int = (name: string, number: number) => concatenate(part(1, name), whole(3, number), whole(20, 2));
const ints = (name: string, ...numbers: number[]) => concatenate(part(1, name), ...numbers.map((number) => whole(8, number)), whole(20, 7));
const real = (name: string, number: number) => concatenate(part(1, name), float(2, number), whole(20, 1));

function tensor(name: string, type: number, shape: readonly number[], data: Float32Array | Int32Array | BigInt64Array): Uint8Array {
  return part(5, ...shape.map((size) => whole(1, size)), whole(2, type), part(8, name), part(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
}

function value(field: number, name: string, type: number, shape: readonly number[]): Uint8Array {
  const sizes = part(2, ...shape.map((size) => part(1, whole(1, size))));
  return part(field, part(1, name), part(2, part(1, whole(1, type), sizes)));
}
