import { setImmediate as turnOver } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Accept, Acceptance, Input } from '@tidewatch/plugin';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { http } from './http.ts';
import { watchLoop } from './loop.suite.ts';
import { createSink, type Sink } from './sink.suite.ts';

/** Answers at once, in slices, so that what is measured is the input. */
const accept: Accept = async (_source, records) => {
  const answers: Acceptance[] = [];
  for (const { position } of records) {
    if (answers.length % 1_000 === 999) await turnOver();
    const id = position.kind === 'sender' ? position.id : 'x';
    answers.push({ status: 'accepted', id });
  }
  return answers;
};

let sink: Sink;
let input: Input;
let url: string;

beforeAll(async () => {
  sink = await createSink();
  input = http.create(http.config.parse({ port: 0 }), { ...sink.context, accept });
  await input.start();
  url = input.listeners()[0]!.address;
});
afterAll(async () => {
  await input.stop();
  await sink.remove();
});

const documents = 50_000;
const document = JSON.stringify({ '@timestamp': '2026-01-01T00:00:00.000Z', message: 'a'.repeat(200) });
const action = (i: number) => `{"create":{"_index":"index-${i % 20}","_id":"id-${i}"}}`;
const bulkBody = (end: string) =>
  Array.from({ length: documents }, (_, i) => `${action(i)}${end}${document}${end}`).join('');

/** Sends from a thread of its own, so that the loop that is measured does nothing but take. */
const sender = `
const { workerData, parentPort } = require('node:worker_threads');
const { url, body, type } = workerData;
fetch(url, { method: 'POST', body, headers: { 'content-type': type } })
  .then(async (response) => parentPort.postMessage({ status: response.status, bytes: (await response.text()).length }));
`;

async function longestTurn(path: string, body: string, type: string): Promise<number> {
  const worker = new Worker(sender, { eval: true, workerData: { url: url + path, body, type } });
  await new Promise((resolve) => worker.once('online', resolve));
  const stop = watchLoop();
  const answer = await new Promise<{ status: number; bytes: number }>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  const longest = stop();
  expect(answer.status).toBe(200);
  await worker.terminate();
  return longest;
}

test.each([
  ['/_bulk', bulkBody('\n'), 'application/x-ndjson'],
  ['/x/_bulk', '{"create":{}}\n{"n":1}\n'.repeat(documents), 'application/x-ndjson'],
  ['/ingest/x', `${document}\n`.repeat(documents), 'application/x-ndjson'],
  ['/ingest/x', `[${Array.from({ length: documents }, () => document).join(',')}]`, 'application/json'],
])(
  '50,000 documents at %s hold up the loop for 40 ms at most',
  async (path, body, type) => {
    const turns: number[] = [];
    // The first is compiled while it runs, and any may meet a collection of the whole heap.
    while (turns.length < 3 && !turns.some((ms) => ms < 40)) turns.push(await longestTurn(path, body, type));
    expect(Math.min(...turns), turns.map((ms) => ms.toFixed(1)).join(' ms, ')).toBeLessThan(40);
  },
  60_000,
);
