// Sends documents to a `_bulk` endpoint over kept-alive connections and prints what it saw as one line of JSON.
// `load.ts URL COUNT PER_REQUEST CONNECTIONS documents|windows [EVENTS_PER_SECOND]`
import { Agent, request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { documents } from '../lines.ts';
import { quantile } from '../report.ts';
import { windowsEvents } from '../sigma/windows_events.ts';

const [url = '', count = '0', perRequest = '500', connections = '4', kind, rate] = process.argv.slice(2);
const requests = Math.ceil(Number(count) / Number(perRequest));
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });

/** A few bodies, sent again and again: without ids each document is a new event. */
const bodies = Array.from({ length: 8 }, (_, seed) => {
  const start = Date.now() - 60_000;
  const lines =
    kind === 'windows'
      ? [...windowsEvents(Number(perRequest), seed, start)].map((event) => JSON.stringify(event))
      : documents(Number(perRequest), seed, start);
  return Buffer.from(lines.map((line) => `{"create":{}}\n${line}\n`).join(''));
});

/** Sends one body until it is taken; answers how often it was told to come again. */
async function send(body: Buffer): Promise<number> {
  for (let refused = 0; ; refused++) {
    const status = await post(body);
    if (status === 200) return refused;
    if (status !== 429 && status !== 503) throw new Error(`The endpoint answered ${status}.`);
    await setTimeout(100);
  }
}

const post = (body: Buffer): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-ndjson', 'content-length': body.length };
    const sent = request(`${url}/bench/_bulk`, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
      response.once('error', reject);
    });
    sent.once('error', reject);
    sent.end(body);
  });

const latencies: number[] = [];
let next = 0;
let refused = 0;
const startedAt = Date.now();
const started = performance.now();
async function connection(): Promise<void> {
  for (let mine = next++; mine < requests; mine = next++) {
    const due = rate === undefined ? 0 : started + (mine * Number(perRequest) * 1_000) / Number(rate);
    const early = due - performance.now();
    if (early > 0) await setTimeout(early);
    // From when it was due: a sender that is held up must not hide the wait of what queues behind.
    const from = rate === undefined ? performance.now() : due;
    refused += await send(bodies[mine % bodies.length] as Buffer);
    latencies.push(performance.now() - from);
  }
}
await Promise.all(Array.from({ length: Number(connections) }, connection));
const seconds = (performance.now() - started) / 1_000;
const answer = {
  startedAt,
  seconds,
  sent: requests * Number(perRequest),
  refused,
  p50: quantile(latencies, 0.5),
  p99: quantile(latencies, 0.99),
};
process.stdout.write(`${JSON.stringify(answer)}\n`);
agent.destroy();
