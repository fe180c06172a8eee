import { assembleModel, decodeArtifact, loadRecommendation, type RecommendationModel } from '@vitrine/sdk/core';

/** A stored model, whole, from the bytes of its artifact and, of a catalogue in parts, of its shards. */
export function loadModel([base, ...shards]: readonly Uint8Array[]): RecommendationModel {
  const model = loadRecommendation(decodeArtifact(base));
  return shards.length > 0 ? assembleModel(model, shards.map((file) => decodeArtifact(file))) : model;
}
