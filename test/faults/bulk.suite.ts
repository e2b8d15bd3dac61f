import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BulkLedger, startBulkLedger } from './ledger.ts';
import { allFaults, type Fault, type FaultProxy, startFaultProxy } from './proxy.ts';
import { account, startWriter, type WriterProcess } from './run.ts';
import type { Phase } from './writer.child.ts';

export interface BulkFaultsOptions {
  /** The writer's connection, as in `store.opensearch`. */
  readonly config: object;
  /** Events of each fault, and how they come. */
  readonly load: Pick<Phase, 'count' | 'batch' | 'writers'>;
  /** Longest that one fault may take. */
  readonly timeoutMs: number;
}

/** One writer behind a proxy that breaks requests, one kind of fault after the other, and all of them at once (R2). */
export function describeBulkFaults(title: string, { config, load, timeoutMs }: BulkFaultsOptions): void {
  describe(title, () => {
    let ledger: BulkLedger;
    let proxy: FaultProxy;
    let writer: WriterProcess;
    let steadyMb: number;
    let from = 0;
    beforeAll(async () => {
      ledger = await startBulkLedger();
      proxy = await startFaultProxy(ledger.url, 1);
      writer = await startWriter(proxy.url, config);
      const phase = { ...load, from, count: 3 * load.count };
      const steady = await writer.run(phase);
      expect(account(phase, steady, ledger.stored, false)).toMatchObject({
        stored: phase.count,
        rejected: 0,
      });
      steadyMb = steady.residentMb;
      from += phase.count;
    }, timeoutMs);
    afterAll(async () => {
      await writer?.stop();
      await proxy?.close();
      await ledger?.close();
    });

    it.each<{ name: string; faults: readonly Fault[] }>([
      ...allFaults.map((fault) => ({ name: fault, faults: [fault] })),
      { name: 'all of them', faults: allFaults },
    ])(
      '$name: none lost, none twice',
      async ({ name, faults }) => {
        const before = new Map(proxy.injected);
        // A stall takes the whole time-out.
        proxy.use(faults, name === 'stall' ? 0.1 : 0.4);
        const phase = { ...load, from };
        const result = await writer.run(phase);
        proxy.use([]);
        const ended = account(phase, result, ledger.stored, faults.includes('item_400'));
        from += load.count;
        const injected = Object.fromEntries(
          faults.map((fault) => [fault, (proxy.injected.get(fault) ?? 0) - (before.get(fault) ?? 0)]),
        );
        const { seconds, residentMb } = result;
        process.stdout.write(
          `ledger of ${name}: ${JSON.stringify({ ...ended, injected, seconds: +seconds.toFixed(1), residentMb: Math.round(residentMb), steadyMb: Math.round(steadyMb) })}\n`,
        );
        for (const fault of faults) expect([fault, injected[fault]]).not.toEqual([fault, 0]);
        expect(ended).toMatchObject({ lost: 0, double: 0, wronged: 0 });
        expect(ended.stored + ended.rejected).toBe(load.count);
        expect(residentMb).toBeLessThanOrEqual(2 * steadyMb);
      },
      timeoutMs,
    );
  });
}
