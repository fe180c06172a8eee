import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Connection, request } from './connection.ts';
import { summarise } from './summary.ts';

// A process of its own that sends batches of events over connections that are kept, each with the next batch as soon as
// the answer is there, from as many addresses as the limits demand. Prints one line of JSON: times of batches, events
// accepted, batches told to come again.
const { values } = parseArgs({
  options: { port: { type: 'string' }, shop: { type: 'string' }, key: { type: 'string' }, seconds: { type: 'string' }, connections: { type: 'string' }, batch: { type: 'string', default: '50' } },
});
const perBatch = Number(values.batch);
const times: number[] = [];
const statuses: Record<string, number> = {};
let accepted = 0;
let withoutWait = 0;

/** A batch as the SDK sends it: a visit that looks at products. Ids are new each time. */
function body(session: string, visitor: string, turn: number): string {
  const at = Date.now();
  return JSON.stringify({ key: values.key, consent: true, events: Array.from({ length: perBatch }, (_, index) =>
    ({ type: 'product_viewed', id: randomUUID(), at: at - index * 1000, sessionId: session, visitorId: visitor, productId: `p${(turn * 31 + index) % 5000}` })) });
}

const started = performance.now();
const until = started + Number(values.seconds) * 1000;
await Promise.all(Array.from({ length: Number(values.connections) }, async (_, place) => {
  const connection = await Connection.open(Number(values.port));
  const visitor = randomUUID();
  for (let turn = 0; performance.now() < until; turn++) {
    const number = turn * Number(values.connections) + place;
    const text = request('POST', `/v1/shops/${values.shop}/events`, {
      'content-type': 'application/json', 'x-forwarded-for': `10.${number >> 16 & 255}.${number >> 8 & 255}.${number & 255}`,
    }, body(`${visitor}-${turn}`, visitor, number));
    const sent = performance.now();
    const { status, headers } = await connection.ask(text);
    times.push(performance.now() - sent);
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (status === 202) accepted += perBatch;
    else if (!/retry-after: *\d/i.test(headers)) withoutWait++;
  }
  connection.close();
}));
console.log(JSON.stringify({ ...summarise(times, (performance.now() - started) / 1000, statuses), accepted, withoutWait }));
