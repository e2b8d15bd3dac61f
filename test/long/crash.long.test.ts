import { expect, it } from 'vitest';
import { keepLedger, summary } from '../e2e/ledger.ts';
import { startClusterSite, startEmbeddedSite } from '../e2e/ledger_sites.ts';
import { has } from '../require.ts';

it.each([1, 2, 3, 4])(
  'kill -9 at 50 random points under load, seed %i: what was acknowledged is there once',
  async (seed) => {
    const ledger = await keepLedger(await startEmbeddedSite(), { seed, kills: 50, perSecond: 4_000 });
    process.stdout.write(`embedded, ${summary(ledger)}\n`);
    expect([ledger.lost, ledger.doubled]).toEqual([[], []]);
    expect(ledger.stored + ledger.deadLetters).toBe(ledger.acknowledged);
  },
  900_000,
);

it.runIf(has('kafka') && has('opensearch'))(
  'kill -9 at 50 random points of processes, Kafka and OpenSearch: what was acknowledged is there once',
  async () => {
    const ledger = await keepLedger(await startClusterSite(), {
      seed: 5,
      kills: 50,
      perSecond: 1_000,
    });
    process.stdout.write(`on Kafka and OpenSearch, ${summary(ledger)}\n`);
    expect([ledger.lost, ledger.doubled]).toEqual([[], []]);
    expect(ledger.stored + ledger.deadLetters).toBe(ledger.acknowledged);
  },
  1_800_000,
);
