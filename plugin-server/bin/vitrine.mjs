#!/usr/bin/env node
// The sources are TypeScript run as they are, which needs Node 22.18 or later. Where the machine's Node is
// older, the one installed with the project (package `node`) takes over.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
const own = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));

if (major > 22 || (major === 22 && minor >= 18)) {
  await import(cli);
} else if (existsSync(own)) {
  const child = spawn(own, [cli, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches both processes: this one waits for the other to stop cleanly. A SIGTERM reaches this one only.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (status, signal) => { process.exitCode = signal ? 1 : status; });
} else {
  console.error(`vitrine: Node ${process.versions.node} is too old; run it with Node 22.18 or later, or "npm ci" first.`);
  process.exitCode = 1;
}
