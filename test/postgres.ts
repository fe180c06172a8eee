import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export interface PostgresServer {
  /** Address of its maintenance database. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * A real PostgreSQL for the tests: the one of `DATABASE_URL`, else one started from the machine's binaries in a folder
 * of its own, else a sentence saying why there is none. Started once a process and stopped with it.
 */
export function findPostgres(): Promise<PostgresServer | string> {
  return (found ??= process.env.DATABASE_URL ? Promise.resolve({ url: process.env.DATABASE_URL, stop: async () => {} }) : startPostgres());
}

let found: Promise<PostgresServer | string> | undefined;

/**
 * Starts one from the machine's binaries, else says in a sentence why not.
 * @param options.durable a commit waits for the disk; tests need not wait
 */
export async function startPostgres(options: { durable?: boolean } = {}): Promise<PostgresServer | string> {
  const bin = findBinaries();
  if (!bin) return 'No PostgreSQL found: set DATABASE_URL or install it (Debian: apt-get install postgresql).';
  const user: { uid?: number; gid?: number } | undefined = process.getuid?.() === 0 ? systemUser() : {};
  if (!user) return 'PostgreSQL refuses to run as root and there is no user postgres or nobody to run it.';

  const folder = mkdtempSync(join(tmpdir(), 'vitrine-postgres-'));
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid!);
  const data = join(folder, 'data');
  const run = { ...user, cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C' } };
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'vitrine', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'], { ...run, stdio: 'ignore' });
  // No TCP port: the socket's folder is private, and nothing can collide.
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-k', folder, '-c', 'listen_addresses=', ...(options.durable ? [] : ['-c', 'fsync=off'])], { ...run, stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let text = '';
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`PostgreSQL did not start: ${text}`)));
    server.stderr!.on('data', (chunk) => {
      text += chunk;
      if (text.includes('ready to accept connections')) resolve();
    });
  });
  server.unref();
  (server.stderr as unknown as { unref(): void }).unref();

  const kill = () => {
    // Waits for it: a server that is still ending would write its folder anew.
    try {
      execFileSync(join(bin, 'pg_ctl'), ['stop', '-D', data, '-m', 'immediate', '-w', '-t', '10'], { ...run, stdio: 'ignore' });
    } catch { /* it has ended already */ }
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', kill);
  return {
    url: `postgres://vitrine@/postgres?host=${encodeURIComponent(folder)}`,
    async stop() {
      server.ref(); // or nothing would keep this process waiting for it
      server.kill('SIGINT');
      await exited;
      process.off('exit', kill);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function findBinaries(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  return [...versions.map((version) => join(debian, version, 'bin')), ...(process.env.PATH ?? '').split(delimiter)]
    .find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

function systemUser(): { uid: number; gid: number } | undefined {
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g') };
    } catch { /* no such user: try the next */ }
  }
  return undefined;
}
