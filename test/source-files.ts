import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** .gitignore holds plain names only: folders end in "/", files begin with "*". */
const IGNORED = readFileSync(join(ROOT, '.gitignore'), 'utf8').split('\n').filter(Boolean);

/** Paths of the repository's files, "/"-separated from its root. It reads folders, not git, so that a bare copy is checked too. */
export function repositoryFiles(folder = ''): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder + entry.name;
    if (entry.isDirectory()) return entry.name === '.git' || IGNORED.includes(`${entry.name}/`) ? [] : repositoryFiles(`${path}/`);
    return entry.isFile() && !IGNORED.some((name) => name.startsWith('*') && entry.name.endsWith(name.slice(1))) ? [path] : [];
  });
}

/** Text of each file whose path matches. */
export function readSources(pattern: RegExp): Map<string, string> {
  return new Map(repositoryFiles().filter((path) => pattern.test(path)).map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));
}
