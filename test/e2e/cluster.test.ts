import { expect, it } from 'vitest';
import { has } from '../require.ts';
import { keepLedger, summary } from './ledger.ts';
import { startClusterSite } from './ledger_sites.ts';

it.runIf(has('kafka') && has('opensearch'))(
  'kill -9 of processes between Kafka and OpenSearch: what was acknowledged is there once',
  async () => {
    const ledger = await keepLedger(await startClusterSite({ killServices: false }), {
      seed: 6,
      kills: 2,
      perSecond: 400,
    });
    process.stdout.write(`on Kafka and OpenSearch, ${summary(ledger)}\n`);
    expect([ledger.lost, ledger.doubled]).toEqual([[], []]);
    expect(ledger.stored + ledger.deadLetters).toBe(ledger.acknowledged);
    expect(ledger.deadLetters).toBeGreaterThan(0);
  },
  240_000,
);
