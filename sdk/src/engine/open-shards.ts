import { hashArtifact } from '../core/artifact/hash.ts';
import { readContent, readSections } from '../core/artifact/read.ts';
import type { SubtleLike } from '../core/artifact/subtle.ts';
import type { Artifact } from '../core/artifact/types.ts';
import type { RecommendationModel } from '../core/models/recommendation/load.ts';
import { assembleModel, readBucket, readDirectory, wantedFiles } from '../core/models/recommendation/shards.ts';
import type { RankRequest } from '../core/models/recommendation/types.ts';

/** A model of what is here, and which files would make it better for a request. */
export interface OpenShards {
  readonly model: RecommendationModel;
  /** Hashes, the most useful first; empty when enough is here. */
  wants(request: RankRequest): string[];
}

/**
 * Puts a verified base together with the files that came with it. A file is trusted when the base names its hash, because
 * the base is signed; any other is left out, as if it had not come.
 *
 * @throws VitrineError `artifact_corrupt` when a trusted file is not usable
 */
export async function openShards(artifact: Artifact, base: RecommendationModel, files: readonly Uint8Array[], subtle: SubtleLike): Promise<OpenShards> {
  const directory = readDirectory(artifact)!;
  const have = new Set<string>();
  const located = new Map<string, number>();
  const shards: Artifact[] = [];
  for (const bytes of files) {
    const hash = await hashArtifact(bytes, subtle);
    if (have.has(hash)) continue;
    const isShard = directory.shards.includes(hash);
    if (!isShard && !directory.buckets.includes(hash)) continue;
    have.add(hash);
    const file = readContent(bytes, readSections(bytes));
    if (isShard) shards.push(file);
    else for (const [id, shard] of readBucket(file)) located.set(id, shard);
  }
  const model = assembleModel(base, shards);
  return { model, wants: (request) => wantedFiles(directory, model, request, have, located) };
}
