import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { documents } from '../bench/lines.ts';
import { eventually, type RunningServer, startServer } from '../e2e/server.ts';
import { root } from '../require.ts';

const stored = 100_000;
const perRequest = 500;
/** What a query may take (25 s), and the step of the database that is under way then, on a busy machine. */
const longestMs = 40_000;
/** Compiling a few hundred conditions takes longer than anything else may (20 ms), and on a busy machine twice that. */
const longestBlockMs = 100;

let folder: string;
let server: RunningServer;
const offered = { events: 0, refused: 0, over: false };
let sending: Promise<unknown>;
let began: number;

const watched = () => join(folder, 'loop');
const range = `from=${Date.UTC(2020)}&to=${Date.UTC(2100)}`;

async function send(count: number): Promise<void> {
  const lines = documents(count, 1 + offered.events, Date.now()).map((text) => `{"create":{}}\n${text}\n`);
  const response = await fetch(`${server.ingest}/events/_bulk`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: lines.join(''),
  });
  if (response.ok) offered.events += count;
  else offered.refused += count;
  await response.arrayBuffer();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-hostile-'));
  const before = process.env.NODE_OPTIONS;
  process.env.LOOP_WATCH = watched();
  process.env.NODE_OPTIONS = `--import=${join(root, 'test/long/loop_watch.mjs')}`;
  server = await startServer();
  delete process.env.LOOP_WATCH;
  if (before === undefined) delete process.env.NODE_OPTIONS;
  else process.env.NODE_OPTIONS = before;
  while (offered.events < stored) await send(perRequest);
  began = Date.now();
  sending = (async () => {
    while (!offered.over) {
      await send(perRequest);
      await setTimeout(250);
    }
  })();
}, 600_000);
afterAll(async () => {
  offered.over = true;
  await sending;
  await server?.dispose();
  await rm(folder, { recursive: true });
});

const many = (count: number, one: (i: number) => string, between = ' or ') =>
  Array.from({ length: count }, (_, i) => one(i)).join(between);

const hostile: Readonly<Record<string, string>> = {
  'ten thousand values': `trace.id: (${many(10_000, (i) => `v${i}`)})`,
  'as many values as fit': `trace.id: (${many(450, (i) => `va${i}`)})`,
  'as many patterns as fit': `trace.id: (${many(350, (i) => `*v${i}*`)})`,
  'as many words as fit': many(600, (i) => `w${i}`),
  'conditions on many fields': many(250, (i) => `f${i}.a: b${i}`),
  'denied conditions on many fields': many(180, (i) => `not f${i}.a: b${i}`, ' and '),
  'networks on many fields': many(180, (i) => `f${i}: 10.${i}.0.0/16`),
  'leading wildcards': 'trace.id: *a*b*c*d*e*f*g* and labels.region: *o*r*t*h*',
  'a pattern of stars': `message: ${'*a'.repeat(900)}*`,
  'a pattern of stars without a field': `${'*e'.repeat(900)}*`,
  'all fields': '*: north',
  'all fields by a pattern': '*.*: *o*',
  'some fields of all': 'event.\\*: x or generic.\\*: x or *.name: oracle',
  'deep brackets': `${'('.repeat(2_000)}a${')'.repeat(2_000)}`,
  'deep denials': `${'not '.repeat(900)}a: b`,
  'deep nesting': `${'a: { '.repeat(45)}b: c${' }'.repeat(45)}`,
  'a regex that repeats what repeats': 'message: /(a+)+$/',
  'a regex of many choices': `message: /(${many(300, (i) => `a${i}.*b`, '|')})/`,
  'a regex of counted repetitions': 'message: /(.{1,30}e){1,30}x/',
  'a regex from everywhere': 'labels.region: /.*.*.*.*.*.*x/',
  'large numbers': `event.duration: ${'9'.repeat(4_000)}`,
  'control characters': `a: "${'\u0000'.repeat(100)}" or \u202e: b`,
  'quotes and SQL': `a'); DROP TABLE events; --: "'; SELECT 1"`,
};

interface Outcome {
  readonly ms: number;
  readonly problem: string | undefined;
}

async function ask(path: string): Promise<Outcome> {
  const began = performance.now();
  const problem = await server.api(path).then(
    () => undefined,
    ({ message }: Error) => message.replace(path, ''),
  );
  return { ms: performance.now() - began, problem };
}

/** An answer, or a refusal with its code and in words. */
function expectBounded(what: string, { ms, problem }: Outcome): void {
  expect(ms, what).toBeLessThan(longestMs);
  if (problem !== undefined) expect(problem, what).toMatch(/answered (400|414|431|503): .*"message":"/);
}

it.each(Object.entries(hostile))('answers or refuses %s', async (what, q) => {
  const path = `q=${encodeURIComponent(q)}&${range}`;
  const outcomes = await Promise.all([
    ask(`/api/events?${path}`),
    ask(`/api/events/histogram?${path}&split=trace.id`),
    ask(`/api/events/top?${path}&field=message`),
  ]);
  for (const outcome of outcomes) {
    expectBounded(what, outcome);
  }
});

it.each(['*', 'labels.*', 'a..b', 'x'.repeat(5_000), 'trace.id', 'event'])(
  'answers or refuses the most frequent values of %s',
  async (field) => {
    const outcome = await ask(`/api/events/top?field=${encodeURIComponent(field)}&${range}`);
    expectBounded(field, outcome);
  },
);

it('answers twenty of them at once, and goes on', async () => {
  const q = encodeURIComponent('labels.region: /.*.*.*x/ and trace.id: *a*b*c*');
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, i) => ask(`/api/events/histogram?q=${q}&${range}&buckets=${10 + i}`)),
  );
  for (const outcome of outcomes) expectBounded(q, outcome);
});

it('has taken every event meanwhile, within its memory, and never stood still', async () => {
  offered.over = true;
  await sending;
  expect(offered.refused).toBe(0);
  const { total } = await eventually(
    () => server.api<{ total: number }>(`/api/events?limit=1&${range}`),
    (page) => page.total >= offered.events,
    120,
    1_000,
  );
  expect(total).toBe(offered.events);
  const memory = await server.memory();
  const lines = (await readFile(watched(), 'utf8')).trim().split('\n');
  const blocks = lines.map((line) => line.split(' ').map(Number)).filter(([at = 0]) => at > began);
  expect(Math.max(0, ...blocks.map(([, ms = 0]) => ms))).toBeLessThan(longestBlockMs);
  expect(memory).toBeLessThan(1_400);
});
