import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { input, receiving, refused, sink, start, url } from './http.suite.ts';

interface Item {
  readonly create: {
    readonly status: number;
    readonly error?: { readonly type: string; readonly reason: string };
  };
}

receiving();

const bulk = (indices: readonly string[], headers: Record<string, string> = {}) =>
  fetch(`${url}/_bulk`, {
    method: 'POST',
    headers,
    body: indices.map((index) => `{"create":{"_index":"${index}"}}\n{}\n`).join(''),
  });
const itemsOf = async (response: Response) => ((await response.json()) as { items: Item[] }).items;
const many = (index: string, count: number) => Array.from({ length: count }, () => index);

test('a key over its quota hears 429 and when to come again, other keys do not', async () => {
  const sha256 = (key: string) => createHash('sha256').update(key).digest('hex');
  const quota = { events_per_second: 10, burst_seconds: 1 };
  await start({
    api_keys: [
      { name: 'a', sha256: sha256('key-a'), quota },
      { name: 'b', sha256: sha256('key-b') },
    ],
  });
  const as = (key: string) => ({ authorization: `ApiKey ${key}` });
  expect((await bulk(many('x', 40), as('key-a'))).status).toBe(200);
  const over = await bulk(many('x', 1), as('key-a'));
  expect([over.status, over.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^[234]$/)]);
  expect(await over.json()).toMatchObject({
    error: { type: 'quota_exceeded', reason: expect.stringContaining('the API key "a"') },
  });
  expect((await bulk(many('x', 40), as('key-b'))).status).toBe(200);
  // Its shipper may still ask what it asks before it sends.
  expect((await fetch(url, { headers: as('key-a') })).status).toBe(200);
  expect(sink.taken).toHaveLength(80);
  expect(await refused('quota_exceeded')).toBe(1);
  expect(input.listeners()[0]!.detail).toContain('over a quota');
});

test('only the items of a source over its quota are 429, in their places, and nothing of them is taken', async () => {
  await start({ source_quotas: { 'win-*': { events_per_second: 5, burst_seconds: 1 } } });
  expect((await bulk(many('win-1', 30))).status).toBe(200);
  const response = await bulk(['nginx', 'win-1', 'win-2', 'win-1', 'nginx']);
  expect(response.status).toBe(200);
  const items = await itemsOf(response);
  expect(items.map(({ create }) => create.status)).toEqual([201, 429, 201, 429, 201]);
  expect(items[1]!.create.error).toMatchObject({
    type: 'quota_exceeded',
    reason: expect.stringMatching(/source "win-1".* in \d seconds/),
  });
  expect(
    sink.taken
      .slice(30)
      .map(({ source }) => source)
      .sort(),
  ).toEqual(['nginx', 'nginx', 'win-2']);
  expect(await refused('quota_exceeded')).toBe(2);

  const whole = await bulk(many('win-1', 2));
  expect(whole.status).toBe(429);
  expect(Number(whole.headers.get('retry-after'))).toBeGreaterThan(1);
});

test('each record of a list counts for its key and its source', async () => {
  const key = { name: 'a', sha256: createHash('sha256').update('key-a').digest('hex') };
  await start({
    api_keys: [{ ...key, quota: { events_per_second: 10, burst_seconds: 15 } }],
    source_quotas: { x: { events_per_second: 10, burst_seconds: 1 } },
  });
  const send = (index: string) => bulk([index], { authorization: 'ApiKey key-a' });
  sink.holds = 100;
  expect((await send('x')).status).toBe(200);
  const overSource = await send('x');
  expect([overSource.status, overSource.headers.get('retry-after')]).toEqual([
    429,
    expect.stringMatching(/^([89]|10)$/),
  ]);
  expect((await send('y')).status).toBe(200);
  const overKey = await send('y');
  expect([overKey.status, overKey.headers.get('retry-after')]).toEqual([
    429,
    expect.stringMatching(/^[3-6]$/),
  ]);
});

test('whoever waits as told gets in', async () => {
  await start({ source_quotas: { '*': { events_per_second: 50, burst_seconds: 0.1 } } });
  let sent = 0;
  for (let tries = 0; sent < 60 && tries < 12; tries++) {
    const response = await bulk(many('x', 20));
    if (response.ok) sent += 20;
    else
      await new Promise((resolve) =>
        setTimeout(resolve, 1_000 * Number(response.headers.get('retry-after'))),
      );
  }
  expect([sent, sink.taken.length]).toEqual([60, 60]);
});

test('thousands of made-up sources are refused, those that are known are not', async () => {
  await start({ max_sources: 30, sources: { 'winlogbeat-*': 'windows' } });
  for (let i = 0; i < 30; i++) await bulk(Array.from({ length: 100 }, (_, j) => `made-up-${i * 100 + j}`));
  const sources = new Set(sink.taken.map(({ source }) => source));
  // One of the thirty places is kept for the source that the configuration names.
  expect(sources.size).toBe(29);
  const items = await itemsOf(await bulk(['made-up-1', 'made-up-2999', 'winlogbeat-9.0.0']));
  expect(items.map(({ create }) => create.status)).toEqual([201, 429, 201]);
  expect(items[1]!.create.error?.reason).toContain('max_sources');
  const alone = await bulk(['another']);
  expect([alone.status, alone.headers.get('retry-after')]).toEqual([429, '60']);
  expect(input.listeners()[0]!.detail).toContain('too many sources');
  const { body } = await sink.context.metrics.render();
  expect(body).not.toContain('made-up');
});
