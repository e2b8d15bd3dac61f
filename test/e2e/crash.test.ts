import { expect, it } from 'vitest';
import { has } from '../require.ts';
import { keepLedger, summary } from './ledger.ts';
import { startClusterSite, startEmbeddedSite } from './ledger_sites.ts';

it('kill -9 at 20 random points under load: what was acknowledged is there once', async () => {
  const ledger = await keepLedger(await startEmbeddedSite(), { seed: 20, kills: 20, perSecond: 4_000 });
  process.stdout.write(`embedded, ${summary(ledger)}\n`);
  expect([ledger.lost, ledger.doubled]).toEqual([[], []]);
  expect(ledger.stored + ledger.deadLetters).toBe(ledger.acknowledged);
  expect(ledger.deadLetters).toBeGreaterThan(0);
}, 240_000);

it.runIf(has('kafka') && has('opensearch'))(
  'kill -9 of processes between Kafka and OpenSearch: what was acknowledged is there once',
  async () => {
    const ledger = await keepLedger(await startClusterSite({ killServices: false }), {
      seed: 8,
      kills: 8,
      perSecond: 1_000,
    });
    process.stdout.write(`on Kafka and OpenSearch, ${summary(ledger)}\n`);
    expect([ledger.lost, ledger.doubled]).toEqual([[], []]);
    expect(ledger.stored + ledger.deadLetters).toBe(ledger.acknowledged);
    expect(ledger.deadLetters).toBeGreaterThan(0);
  },
  240_000,
);
