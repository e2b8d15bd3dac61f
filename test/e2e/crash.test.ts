import { expect, it } from 'vitest';
import { keepLedger } from './ledger.ts';

it('kill -9 under load: every acknowledged one of 10,000 events is in the store once', async () => {
  const { acknowledged, crashes, stored } = await keepLedger(10_000, new Map([[12, 3]]));
  expect([acknowledged, crashes]).toEqual([10_000, 1]);
  expect([...stored].filter(([, count]) => count !== 1)).toEqual([]);
  expect(stored.size).toBe(10_000);
});
