import type { Artifact } from '../../artifact/types.ts';
import { exactly, fail, list, number, oneOf, whole } from '../../check.ts';
import { VitrineError } from '../../errors.ts';
import type { CategoricalFeature } from '../../features/categorical.ts';
import { OPERATIONS } from '../../features/combine.ts';
import { type Feature, featureOffsets } from '../../features/encode.ts';
import type { NumericFeature } from '../../features/numeric.ts';
import { type IntentConfig, intentShapes } from './config.ts';
import { type IntentModel, prepareIntent } from './forward.ts';

const MOST = 1e6;
/** Words come from the shop's own tables; they are compared and shown as text, so any will do. */
const anyText = (value: unknown, path: string) => (typeof value === 'string' ? value : fail(path, 'be text'));

/** What a line of the tensor `features` says of a number; `knots` of them stand in the tensor of that name. */
const numericLine = exactly({
  kind: oneOf('numeric'), name: anyText, indicator: oneOf(true, false), fill: number(-Number.MAX_VALUE, Number.MAX_VALUE), knots: whole(2, 1025),
  source: exactly({ operation: oneOf(...OPERATIONS), a: whole(0, MOST), b: whole(0, MOST), floor: number(Number.MIN_VALUE, Number.MAX_VALUE) }),
});
const categoricalLine = exactly({ kind: oneOf('categorical'), name: anyText, column: whole(0, MOST), levels: list(100_000, anyText) });

/**
 * Reads a verified artifact of the family `intent`: a network of one member in int8, and how its rows are encoded.
 * @throws VitrineError `artifact_corrupt` when a tensor is missing, malformed, or of another size than the configuration says
 */
export function loadIntent({ manifest, tensors }: Artifact): IntentModel {
  try {
    if (manifest.family !== 'intent') throw new RangeError(`its family is ${manifest.family}`);
    const { hidden, width } = manifest.config as unknown as IntentConfig;
    const config: IntentConfig = { width, hidden, members: 1 };
    const features = readFeatures((tensors.get('features') ?? []) as readonly string[], (tensors.get('knots') ?? new Float32Array(0)) as Float32Array);
    if (featureOffsets(features).width !== width) throw new RangeError('its features are not as wide as it says');
    const params = new Map<string, Float32Array>();
    for (const [name, shape] of intentShapes(config)) {
      const size = shape.reduce((product, axis) => product * axis, 1);
      const data = tensors.get(name) as Int8Array | Float32Array | undefined;
      const { scale = 1 } = manifest.tensors.find((entry) => entry.name === name) ?? {};
      // The factors of a single member are in its matrices.
      if (!data && /_(in|out)$/.test(name)) params.set(name, new Float32Array(size).fill(1));
      else if (data?.length !== size) throw new RangeError(`tensor "${name}" must hold ${size} elements`);
      else params.set(name, Float32Array.from(data, (value) => value * scale));
    }
    return prepareIntent(config, features, params);
  } catch (cause) {
    throw new VitrineError('artifact_corrupt', `The artifact is not a usable intent model: ${(cause as Error).message}. Train and publish again.`, { cause });
  }
}

function readFeatures(lines: readonly string[], knots: Float32Array): Feature[] {
  let at = 0;
  const features = lines.map((line, index): Feature => {
    const read = JSON.parse(line) as { kind?: unknown };
    const path = `features[${index}]`;
    if (read.kind === 'categorical') return categoricalLine(read, path) as CategoricalFeature;
    const { knots: count, ...feature } = numericLine(read, path) as Omit<NumericFeature, 'knots'> & { knots: number };
    const own = knots.slice(at, at + count);
    at += count;
    if (own.length !== count || own.some((knot, place) => !(place === 0 || knot > own[place - 1]))) throw new RangeError(`${path}: its knots do not rise`);
    return { ...feature, knots: own };
  });
  if (at !== knots.length) throw new RangeError('more knots than the features have');
  return features;
}
