import { type Artifact, assembleModel, decodeArtifact, loadRecommendation, readDirectory, type RecommendationModel, VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { readArtifactBytes } from '../store/artifacts.ts';

/** A stored artifact and, of a catalogue in parts, its shards. */
async function readFiles(ctx: Context, shop: string, hash: string): Promise<[Artifact, Artifact[]] | undefined> {
  const stored = await readArtifactBytes(ctx.db, shop, hash);
  if (!stored) return undefined;
  const artifact = decodeArtifact(stored.file);
  const shards: Artifact[] = [];
  for (const shard of readDirectory(artifact)?.shards ?? []) {
    const file = await readArtifactBytes(ctx.db, shop, shard);
    if (!file) throw new VitrineError('internal', `A part of the model ${artifact.manifest.version} is missing. Train again.`);
    shards.push(decodeArtifact(file.file));
  }
  return [artifact, shards];
}

/**
 * A stored model, whole: of a catalogue in parts the base with every shard.
 * @throws VitrineError `internal` when a shard is missing
 */
export async function readModel(ctx: Context, shop: string, hash: string): Promise<RecommendationModel | undefined> {
  const files = await readFiles(ctx, shop, hash);
  if (!files) return undefined;
  const base = loadRecommendation(files[0]);
  return files[1].length > 0 ? assembleModel(base, files[1]) : base;
}

/** Product ids of a stored model, of all its parts. */
export async function readItemIds(ctx: Context, shop: string, hash: string): Promise<string[]> {
  const files = await readFiles(ctx, shop, hash);
  return files ? files.flat().flatMap(({ tensors }) => tensors.get('items') as readonly string[] | undefined ?? []) : [];
}
