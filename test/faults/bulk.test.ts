import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BulkLedger, startBulkLedger } from './ledger.ts';
import { allFaults, type Fault, type FaultProxy, startFaultProxy } from './proxy.ts';
import { account, startWriter, type WriterProcess } from './run.ts';

const count = 20_000;

describe('events survive what can happen between Tidewatch and OpenSearch (R2)', () => {
  let ledger: BulkLedger;
  let proxy: FaultProxy;
  let writer: WriterProcess;
  let steadyMb: number;
  let from = 0;
  beforeAll(async () => {
    ledger = await startBulkLedger();
    proxy = await startFaultProxy(ledger.url, 1);
    writer = await startWriter(proxy.url);
    const steady = await writer.run({ from, count: 3 * count });
    expect(account({ from, count: 3 * count }, steady, ledger.stored, false)).toMatchObject({
      stored: 3 * count,
      rejected: 0,
    });
    steadyMb = steady.residentMb;
    from += 3 * count;
  }, 60_000);
  afterAll(async () => {
    await writer.stop();
    await proxy.close();
    await ledger.close();
  });

  it.each<{ name: string; faults: readonly Fault[] }>([
    ...allFaults.map((fault) => ({ name: fault, faults: [fault] })),
    { name: 'all of them', faults: allFaults },
  ])(
    '$name: 20,000 events, none lost, none twice',
    async ({ name, faults }) => {
      const before = new Map(proxy.injected);
      // A stall takes the whole time-out.
      proxy.use(faults, name === 'stall' ? 0.1 : 0.4);
      const result = await writer.run({ from, count });
      proxy.use([]);
      const ended = account({ from, count }, result, ledger.stored, faults.includes('item_400'));
      from += count;
      const injected = Object.fromEntries(
        faults.map((fault) => [fault, (proxy.injected.get(fault) ?? 0) - (before.get(fault) ?? 0)]),
      );
      const { seconds, residentMb } = result;
      process.stdout.write(
        `ledger of ${name}: ${JSON.stringify({ ...ended, injected, seconds: +seconds.toFixed(1), residentMb: Math.round(residentMb), steadyMb: Math.round(steadyMb) })}\n`,
      );
      for (const fault of faults) expect([fault, injected[fault]]).not.toEqual([fault, 0]);
      expect(ended).toMatchObject({ lost: 0, double: 0, wronged: 0 });
      expect(ended.stored + ended.rejected).toBe(count);
      expect(residentMb).toBeLessThanOrEqual(2 * steadyMb);
    },
    60_000,
  );
});
