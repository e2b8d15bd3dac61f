import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type EngineEvents } from './engine.ts';
import { type Kept, openKept } from './keeper.ts';
import { queryRange } from './prometheus.ts';
import type { Target } from './targets.ts';

const minute = 60;
const now = Date.UTC(2026, 2, 29, 12) / 1_000;
type Answer = (query: URLSearchParams, response: ServerResponse) => void;

/** A server that says what a test wants of it, by the expression it is asked. */
let answers: Record<string, Answer> = {};
const asked: { query: URLSearchParams; authorization: string | undefined }[] = [];
let server: Server;
let url: string;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidewatch-prometheus-'));
  server = createServer((request: IncomingMessage, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const query = new URLSearchParams(body);
      asked.push({ query, authorization: request.headers.authorization });
      const answer = answers[query.get('query') ?? ''];
      if (answer === undefined) response.destroy();
      else answer(query, response);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  answers = {};
  asked.length = 0;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const json =
  (body: unknown, status = 200): Answer =>
  (_query, response) =>
    response.writeHead(status).end(JSON.stringify(body));
const matrix = (...result: readonly object[]) => ({
  status: 'success',
  data: { resultType: 'matrix', result },
});
/** A value for every step that is asked for. */
const series =
  (valueAt: (time: number) => string, ...metrics: readonly object[]): Answer =>
  (query, response) => {
    const values: [number, string][] = [];
    for (
      let time = Number(query.get('start'));
      time <= Number(query.get('end'));
      time += Number(query.get('step'))
    )
      values.push([time, valueAt(time)]);
    json(matrix(...metrics.map((metric) => ({ metric, values }))))(query, response);
  };
const range = { promql: 'x', from: now - 2 * minute, to: now, step: minute };
const ask = (more: object = {}) => queryRange({ url, timeoutMs: 10_000, maxBytes: 100_000, ...more }, range);

describe('the answer of a Prometheus', () => {
  it('is taken for the times that were asked for, where it has numbers', async () => {
    const file = join(folder, 'secret');
    writeFileSync(file, 'Bearer abc\n');
    const values = [
      [now - 3 * minute, '9'],
      [now - 2 * minute, '1'],
      [now - minute, 'NaN'],
      [now - minute, '+Inf'],
      [now - minute, '1e300'],
      [now - minute, '2.5'],
      [now, ''],
      [now, 'x'],
      [now + 600, '7'],
    ];
    answers.x = json(matrix({ metric: { __name__: 'a', host: 'web1' }, values }));
    expect(await ask({ authorizationFile: file })).toEqual({
      ok: true,
      series: [
        {
          labels: { host: 'web1' },
          values: [
            [now / minute - 2, 1],
            [now / minute - 1, 2.5],
          ],
        },
      ],
    });
    expect(asked[0]?.authorization).toBe('Bearer abc');
    expect(Object.fromEntries(asked[0]?.query ?? [])).toEqual({
      ...{ query: 'x', start: `${now - 120}`, end: `${now}`, step: '60' },
    });
  });

  const endless: Answer = (_query, response) => {
    const more = () => {
      while (!response.destroyed && response.write(' '.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  };
  it.each<[string, Answer, RegExp, boolean]>([
    ['is no JSON', (_q, r) => r.end('<html>'), /no matrix of values/, false],
    [
      'is another kind',
      json({ status: 'success', data: { resultType: 'vector', result: [] } }),
      /resultType/,
      false,
    ],
    ['has numbers for values', json(matrix({ metric: {}, values: [[1, 2]] })), /values\.0\.1/, false],
    ['has hostile labels', json(matrix({ metric: { a: { b: 1 } }, values: [] })), /metric\.a/, false],
    [
      'is a fault',
      json({ status: 'error', error: 'parse error: at 1' }, 400),
      /answered 400: parse error/,
      false,
    ],
    ['is a server’s fault', (_q, r) => r.writeHead(503).end('no'), /answered 503/, true],
    [
      'leads elsewhere',
      (_q, r) => r.writeHead(302, { location: 'http://192.0.2.1/' }).end(),
      /answered 302/,
      false,
    ],
    ['never ends', endless, /more than 100000 bytes/, false],
    ['stops halfway', (_q, r) => void r.write('{"status":', () => r.destroy()), /./, true],
  ])('that %s is a reason, and no more', async (_what, answer, reason, away) => {
    answers.x = answer;
    const found = await ask();
    expect(found).toMatchObject({ ok: false, away });
    expect(found.ok ? '' : found.reason).toMatch(reason);
  });

  it('is waited for so long only', async () => {
    answers.x = () => {};
    const late = { ok: false, away: true, reason: 'it did not answer within 0.2 s' };
    expect(await ask({ timeoutMs: 200 })).toEqual(late);
  });

  it('is none where nobody listens', async () => {
    expect(await ask({ url: 'http://127.0.0.1:9' })).toMatchObject({ ok: false, away: true });
  });
});

describe('targets that a Prometheus is asked for', () => {
  const target = (name: string, more: Partial<Target> = {}): Target => ({
    name,
    from: { promql: name },
    direction: 'both',
    leastAbsolute: 0,
    leastRelative: 0,
    step: 900,
    seasons: [],
    maxSeries: 3,
    ...more,
  });
  const logged: string[] = [];
  const events: EngineEvents = {
    log: (_level, _fields, message) => void logged.push(message),
    fitted: () => {},
    queried: () => {},
  };
  async function open(targets: readonly Target[], where: string) {
    const kept: Kept = await openKept(join(folder, where), now, () => {});
    return createEngine(
      { targets, maxSeries: 500, prometheus: { url, timeoutMs: 10_000, maxBytes: 10_000_000 } },
      kept,
      events,
    );
  }

  it('have their history at the start, and afterwards only what came since', async () => {
    answers.load = series((time) => String(time % 1_000), {});
    let engine = await open([target('load')], 'history');
    await engine.poll(now);
    const steps = (28 * 86_400) / 900;
    expect(engine.overview(now).series[0]).toMatchObject({ name: 'load', values: steps, lastSample: now });
    await engine.keep(now);
    const questions = () => asked.filter(({ query }) => query.get('query') === 'load');
    expect(questions()).toHaveLength(Math.ceil(steps / 2_000));
    await engine.close();
    asked.length = 0;
    engine = await open([target('load')], 'history');
    await engine.poll(now + 2_700);
    expect(questions().map(({ query }) => Number(query.get('start')))).toEqual([now + 900]);
    expect(engine.overview(now + 2_700).series[0]).toMatchObject({ lastSample: now + 2_700 });
    await engine.close();
  });

  it('say at once how good forecasts of their history would have been', async () => {
    answers.wave = series((time) => {
      if (time < now - 6 * 86_400) return 'NaN';
      const noise = 8 * Math.sin(time * 12.9898) * Math.cos(time * 78.233);
      return String(100 + 40 * Math.sin((2 * Math.PI * time) / 86_400) + noise);
    }, {});
    const engine = await open([target('wave', { seasons: [86_400] })], 'hindsight');
    await engine.poll(now);
    await engine.refit(now);
    const [figures] = engine.overview(now).series;
    expect(figures?.coverage['0.99']['7d']).toBeGreaterThan(0.97);
    expect(figures?.coverage['0.8']['7d']).toBeGreaterThan(0.7);
    expect(figures?.coverage['0.8']['7d']).toBeLessThan(0.9);
    // No forecast has been held against what came yet.
    expect(figures?.relativeError['1h']['1d']).toBeNaN();
    for (const lead of ['1h', '24h'] as const) {
      expect(figures?.backtest[lead]).toBeGreaterThan(0.3);
      expect(figures?.backtest[lead]).toBeLessThan(0.95);
    }
    await engine.close();
  });

  it('are limited in their series, whatever these are called', async () => {
    const hosts = Array.from({ length: 300 }, (_, i) => ({ host: `web${i}` }));
    answers.many = (query, response) =>
      json(matrix(...hosts.map((metric) => ({ metric, values: [[Number(query.get('end')), '1']] }))))(
        query,
        response,
      );
    answers.odd = series(() => '1', { host: 'a\n"} 1' }, { host: 'x'.repeat(5_000) });
    const engine = await open([target('many'), target('odd')], 'limits');
    await engine.poll(now);
    const { series: all, leftOut } = engine.overview(now);
    expect(all.map(({ name }) => name)).toEqual([
      'many{host="web0"}',
      'many{host="web1"}',
      'many{host="web2"}',
      'odd{host="a\\n\\"} 1"}',
    ]);
    expect(leftOut).toBe(298);
    await engine.close();
  });

  it('do not suffer from each other, nor from a Prometheus that is away for a while', async () => {
    answers.good = series(() => '5', {});
    answers.bad = json({ status: 'error', error: 'unknown function' }, 400);
    const engine = await open([target('bad'), target('good')], 'away');
    await engine.poll(now);
    expect(engine.overview(now).targets).toEqual([
      { name: 'bad', series: 0, fault: 'it answered 400: unknown function' },
      { name: 'good', series: 1 },
    ]);
    const healthy = answers;
    answers = {};
    logged.length = 0;
    for (let time = now + 900; time <= now + 4_500; time += 900) await engine.poll(time);
    expect(logged).toEqual(['Prometheus does not answer; it is asked again every minute']);
    expect(engine.overview(now + 5_400)).toMatchObject({
      away: expect.any(String),
      series: [{ state: 'waiting' }],
    });
    answers = healthy;
    await engine.poll(now + 5_400);
    expect(logged.at(-2)).toBe('Prometheus answers again');
    const { actual = new Float64Array(0) } = engine.detail('good', now, now + 5_400, 100) ?? {};
    expect([...actual]).toEqual([5, 5, 5, 5, 5, 5, 5]);
    await engine.close();
  });
});
