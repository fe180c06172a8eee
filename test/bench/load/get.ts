import { parseArgs } from 'node:util';
import { Connection, request } from './connection.ts';
import { summarise } from './summary.ts';

// A process of its own that asks for the same paths in turn, over connections that are kept, each with the next request
// as soon as the answer is there. Prints one line of JSON.
const { values: { port, path, connections, seconds, accept } } = parseArgs({
  options: { port: { type: 'string' }, path: { type: 'string', multiple: true }, connections: { type: 'string', default: '16' }, seconds: { type: 'string' }, accept: { type: 'string', default: 'br' } },
});
const requests = path!.map((each) => Buffer.from(request('GET', each, { 'accept-encoding': accept })));
const times: number[] = [];
const statuses: Record<string, number> = {};
const started = performance.now();
const until = started + Number(seconds) * 1000;
await Promise.all(Array.from({ length: Number(connections) }, async (_, index) => {
  const connection = await Connection.open(Number(port));
  for (let turn = index, now = performance.now(); now < until; turn++) {
    const { status } = await connection.ask(requests[turn % requests.length]);
    const answered = performance.now();
    times.push(answered - now);
    statuses[status] = (statuses[status] ?? 0) + 1;
    now = answered;
  }
  connection.close();
}));
console.log(JSON.stringify(summarise(times, (performance.now() - started) / 1000, statuses)));
