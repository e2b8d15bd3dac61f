import { expect, test } from 'vitest';
import { createMemory, type Memory, restoreMemory } from './memory.ts';

async function snapshotOf(memory: Memory, now: number): Promise<string> {
  let text = '';
  for await (const part of memory.snapshot(now)) text += part;
  return text;
}

test('an entry counts until its time is over', () => {
  const table = createMemory().table('a', 10);
  table.put('k', { x: 1 }, 100);
  expect(table.get('k', 99)).toEqual({ x: 1 });
  expect(table.get('k', 100)).toBeUndefined();
  expect(table.get('k', 1)).toBeUndefined();
});

test('tables are bounded: what was not read or written for longest goes', () => {
  const memory = createMemory();
  const table = memory.table('a', 2);
  table.put('1', {}, 9);
  table.put('2', {}, 9);
  table.get('1', 0);
  table.put('3', {}, 9);
  expect(['1', '2', '3'].map((key) => table.get(key, 0) !== undefined)).toEqual([true, false, true]);
  table.forget('1');
  expect(memory.size()).toBe(1);
});

test('a snapshot brings back what has not expired', async () => {
  const memory = createMemory();
  for (let i = 0; i < 10_000; i++) memory.table('a', 20_000).put(`k${i}`, { n: i, list: ['x'] }, i);
  memory.table('b', 5).put('k\n"', { x: null }, 1e12);
  const text = await snapshotOf(memory, 5_000);
  expect(memory.size()).toBe(5_000);
  const restored = createMemory();
  await restoreMemory(restored, text);
  expect(restored.size()).toBe(5_000);
  expect(restored.table('a', 1).get('k9999', 0)).toEqual({ n: 9_999, list: ['x'] });
  expect(restored.table('a', 1).get('k4999', 0)).toBeUndefined();
  restored.table('a', 3).put('new', {}, 9e9);
  expect(restored.size()).toBe(4);
  expect(restored.table('b', 1).get('k\n"', 0)).toEqual({ x: null });
});

test.each(['', '{"version":9}\n', 'what'])('%j is no snapshot', async (text) => {
  await expect(restoreMemory(createMemory(), text)).rejects.toThrow('is no snapshot');
});

test('a snapshot that events are read during comes to an end', async () => {
  const memory = createMemory();
  const table = memory.table('a', 10_000);
  for (let i = 0; i < 6_000; i++) table.put(`k${i}`, {}, 9);
  let parts = 0;
  for await (const _ of memory.snapshot(0)) {
    for (let i = 0; i < 6_000; i++) table.get(`k${i}`, 0);
    expect(parts++).toBeLessThan(20);
  }
});
