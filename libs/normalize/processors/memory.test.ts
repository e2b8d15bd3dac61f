import { expect, test } from 'vitest';
import { createMemory, type Entry, type Memory, restoreMemory } from './memory.ts';

async function snapshotOf(memory: Memory): Promise<string> {
  let text = '';
  for await (const part of memory.snapshot()) text += part;
  return text;
}

const entry = (given: Partial<Entry> = {}): Entry => ({
  ...{ values: {}, since: 0, until: 9, source: 'a' },
  ...given,
});

test('an entry counts until its time is over, also for who comes late', () => {
  const table = createMemory().table('a', 10);
  table.put('k', entry({ values: { x: 1 }, until: 100 }));
  expect(table.get('k', 99)).toEqual({ x: 1 });
  expect(table.get('k', 100)).toBeUndefined();
  expect(table.get('k', 1)).toEqual({ x: 1 });
});

test('what is late replaces and ends nothing newer', () => {
  const table = createMemory().table('a', 10);
  table.put('k', entry({ values: { x: 'new' }, since: 5 }));
  table.put('k', entry({ values: { x: 'old' }, since: 4 }));
  table.forget('k', 4);
  expect(table.get('k', 0)).toEqual({ x: 'new' });
  table.forget('k', 5);
  expect(table.get('k', 0)).toBeUndefined();
});

test('tables are bounded: what was not read or written for longest goes', () => {
  const memory = createMemory();
  const table = memory.table('a', 2);
  table.put('1', entry());
  table.put('2', entry());
  table.get('1', 0);
  table.put('3', entry());
  expect(['1', '2', '3'].map((key) => table.get(key, 0) !== undefined)).toEqual([true, false, true]);
  table.forget('1', 9);
  expect(memory.size()).toBe(1);
});

test('a noisy source takes no place from others', () => {
  const memory = createMemory();
  const table = memory.table('a', 100);
  for (let i = 0; i < 30; i++) table.put(`quiet${i}`, entry({ source: 'quiet' }));
  for (let i = 0; i < 10_000; i++) table.put(`noisy${i}`, entry({ source: 'noisy' }));
  expect(memory.size()).toBe(100);
  for (let i = 0; i < 30; i++) expect(table.get(`quiet${i}`, 0)).toEqual({});
  // Another gets its share, and what it takes over is its own.
  for (let i = 0; i < 40; i++) table.put(i < 20 ? `quiet${i}` : `other${i}`, entry({ source: 'other' }));
  const left = (name: string, to: number) =>
    Array.from({ length: to }, (_, i) => table.get(`${name}${i}`, 0)).filter((found) => found !== undefined)
      .length;
  expect([left('quiet', 30), left('other', 40), left('noisy', 10_000)]).toEqual([30, 20, 50]);
});

test('of many the one not used for longest goes, whatever was written, read and forgotten', () => {
  const table = createMemory().table('a', 3);
  let order: string[] = [];
  for (let i = 0; i < 5_000; i++) {
    const key = i % 7 < 4 ? `k${i}` : (order[i % 3] ?? `k${i}`);
    const others = order.filter((other) => other !== key);
    if (i % 5 === 0) table.forget(key, 9);
    else if (i % 5 === 1) expect(table.get(key, 0) !== undefined).toBe(order.includes(key));
    else table.put(key, entry());
    order = i % 5 === 0 || (i % 5 === 1 && !order.includes(key)) ? others : [...others, key].slice(-3);
  }
  expect(order.map((key) => table.get(key, 0) !== undefined)).toEqual(order.map(() => true));
});

test('what has expired is forgotten, and a snapshot brings back the rest', async () => {
  const memory = createMemory();
  const many = memory.table('a', 20_000);
  for (let i = 0; i < 10_000; i++) many.put(`k${i}`, entry({ values: { n: i, list: ['x'] }, until: i }));
  memory.table('b', 5).put('k\n"', entry({ values: { x: null }, until: 1e12, source: 'b' }));
  await memory.expire(4_999);
  expect(memory.size()).toBe(5_001);
  const text = await snapshotOf(memory);
  const restored = createMemory();
  await restoreMemory(restored, text);
  expect(restored.size()).toBe(5_001);
  expect(await snapshotOf(restored)).toBe(text);
  expect(restored.table('a', 1).get('k9999', 0)).toEqual({ n: 9_999, list: ['x'] });
  expect(restored.table('a', 1).get('k4999', 0)).toBeUndefined();
  restored.table('a', 3).put('new', entry());
  expect(restored.size()).toBe(4);
  expect(restored.table('b', 1).get('k\n"', 0)).toEqual({ x: null });
});

test('a key that comes twice in a snapshot is one entry', async () => {
  const memory = createMemory();
  const line = (source: string) => `["a","k",0,9,"${source}",{}]`;
  await restoreMemory(memory, `{"version":2}\n${line('a')}\n${line('b')}\n`);
  const table = memory.table('a', 1);
  for (const key of ['1', '2', '3']) table.put(key, entry());
  expect([memory.size(), table.get('3', 0)]).toEqual([1, {}]);
});

test.each(['', '{"version":9}\n', 'what'])('%j is no snapshot', async (text) => {
  await expect(restoreMemory(createMemory(), text)).rejects.toThrow('is no snapshot');
});

test('a snapshot that events are written during comes to an end', async () => {
  const memory = createMemory();
  const table = memory.table('a', 10_000);
  for (let i = 0; i < 6_000; i++) table.put(`k${i}`, entry());
  let parts = 0;
  for await (const _ of memory.snapshot()) {
    for (let i = 0; i < 6_000; i++) table.put(`k${i}`, entry());
    expect(parts++).toBeLessThan(20);
  }
});
