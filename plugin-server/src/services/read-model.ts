import { decodeArtifact, readDirectory, type RecommendationModel, VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { loadModel } from '../pipeline/publish/load-model.ts';
import { readArtifactBytes } from '../store/artifacts.ts';

/**
 * The files of a stored model: its artifact and, of a catalogue in parts, every shard.
 * @throws VitrineError `internal` when a shard is missing
 */
export async function readModelFiles({ db }: Context, shop: string, hash: string): Promise<Uint8Array[] | undefined> {
  const stored = await readArtifactBytes(db, shop, hash);
  if (!stored) return undefined;
  const artifact = decodeArtifact(stored.file);
  const files = [stored.file];
  for (const shard of readDirectory(artifact)?.shards ?? []) {
    const file = await readArtifactBytes(db, shop, shard);
    if (!file) throw new VitrineError('internal', `A part of the model ${artifact.manifest.version} is missing. Train again.`);
    files.push(file.file);
  }
  return files;
}

/**
 * A stored model, whole: of a catalogue in parts the base with every shard.
 * @throws VitrineError `internal` when a shard is missing
 */
export async function readModel(ctx: Context, shop: string, hash: string): Promise<RecommendationModel | undefined> {
  const files = await readModelFiles(ctx, shop, hash);
  return files && loadModel(files);
}

/** Product ids of a stored model, of all its parts. */
export async function readItemIds(ctx: Context, shop: string, hash: string): Promise<string[]> {
  const files = await readModelFiles(ctx, shop, hash) ?? [];
  return files.flatMap((file) => decodeArtifact(file).tensors.get('items') as readonly string[] | undefined ?? []);
}
