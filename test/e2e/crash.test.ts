import { expect, it } from 'vitest';
import { keepLedger, summary } from './ledger.ts';
import { startEmbeddedSite } from './ledger_sites.ts';

// Two hundred kills more in `npm run test:long`.
it('kill -9 at 4 random points under load: what was acknowledged is there once', async () => {
  const ledger = await keepLedger(await startEmbeddedSite(), { seed: 20, kills: 4, perSecond: 1_000 });
  process.stdout.write(`embedded, ${summary(ledger)}\n`);
  expect([ledger.lost, ledger.doubled]).toEqual([[], []]);
  expect(ledger.stored + ledger.deadLetters).toBe(ledger.acknowledged);
  expect(ledger.deadLetters).toBeGreaterThan(0);
}, 240_000);
