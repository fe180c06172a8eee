import type { Context } from '../context.ts';
import { deleteModels, findArtifact, findNewestArtifact } from '../store/artifacts.ts';
import { listReleases, type ReleaseRow } from '../store/releases.ts';

/** Publications that stay, the live one included: so far back can an owner roll back. */
export const KEPT_RELEASES = 5;
/** Younger than this a model stays whatever it is: it may be being stored, looked at, or about to be published. Milliseconds. */
const YOUNG = 86_400_000;

/**
 * Removes a shop's models that nobody can come back to, with their shards and releases: what is neither among the last
 * publications up to the live one, nor newer than that, nor the newest model, nor younger than a day. A daily training
 * would otherwise fill the database with megabytes a day.
 * @returns how many files were removed
 */
export async function removeOldModels({ db, clock, log }: Context, input: { readonly shop: string }): Promise<number> {
  const { shop } = input;
  const kept = [
    await findNewestArtifact(db, shop),
    ...await Promise.all(keptHashes(await listReleases(db, shop, { limit: 1000 })).map((hash) => findArtifact(db, shop, hash))),
  ];
  const removed = await deleteModels(db, shop, { before: clock() - YOUNG, except: kept.flatMap((artifact) => artifact?.version ?? []) });
  if (removed > 0) log.info('old models removed', { shop, files: removed });
  return removed;
}

/** @param releases newest first; the first is live */
export function keptHashes(releases: readonly ReleaseRow[]): string[] {
  const published = [...new Set(releases.filter(({ reason }) => reason === 'publish').map(({ hash }) => hash))];
  return published.slice(0, published.indexOf(releases[0]?.hash) + KEPT_RELEASES);
}
