import { expect, it } from 'vitest';
import { keepLedger, summary } from '../e2e/ledger.ts';

it.each([1, 2, 3, 4])(
  'kill -9 at 50 random points under load, seed %i: what was acknowledged is there once',
  async (seed) => {
    const ledger = await keepLedger({ seed, kills: 50 });
    process.stdout.write(`${summary(ledger)}\n`);
    expect([ledger.lost, ledger.doubled]).toEqual([[], []]);
    expect(ledger.stored + ledger.deadLetters).toBe(ledger.acknowledged);
  },
  900_000,
);
