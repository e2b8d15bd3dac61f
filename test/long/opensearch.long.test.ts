import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allFaults, type Fault, type FaultProxy, startFaultProxy } from '../faults/proxy.ts';
import { account, startWriter } from '../faults/run.ts';
import { storedIn } from '../faults/stored.ts';
import { has } from '../require.ts';
import { random } from '../seed.ts';
import { type RunningOpenSearch, startOpenSearch } from '../services/opensearch.ts';

/** From OpenSearch's answering again to the first request it answered in full (R3). */
const recoveryGateMs = 30_000;

describe.runIf(has('opensearch'))('kill -9 of OpenSearch while events are written', () => {
  let server: RunningOpenSearch;
  let proxy: FaultProxy;
  let from = 0;
  beforeAll(async () => {
    server = await startOpenSearch();
    proxy = await startFaultProxy(server.url, 3);
  }, 300_000);
  afterAll(async () => {
    await proxy?.close();
    await server?.stop();
  });

  it.each<{ seed: number; faults: readonly Fault[] }>([
    { seed: 1, faults: [] },
    { seed: 2, faults: allFaults },
  ])('loses nothing and doubles nothing: seed $seed, faults $faults', async ({ seed, faults }) => {
    const next = random(seed);
    const phase = { from, count: 60_000, batch: 250, writers: 4, everyMs: 1_000 };
    from += phase.count;
    // The settings that ship, so that the waits are the real ones.
    const writer = await startWriter(proxy.url, { timeout_ms: faults.length > 0 ? 3_000 : 30_000 });
    proxy.use(faults);
    const running = writer.run(phase);
    const returns: number[] = [];
    for (let kill = 0; kill < 2; kill++) {
      await setTimeout(2_000 + next() * 8_000);
      await server.kill('SIGKILL');
      await setTimeout(next() * 5_000);
      await server.restart();
      returns.push(Date.now());
    }
    const result = await running;
    proxy.use([]);
    await writer.stop();
    const recoveredMs = returns.map(
      (back) => Math.min(...result.answeredAt.filter((time) => time >= back)) - back,
    );
    const ended = account(phase, result, await storedIn(server.url), faults.includes('item_400'));
    process.stdout.write(
      `ledger of seed ${seed}: ${JSON.stringify({ ...ended, recoveredMs, alreadyThere: result.alreadyThere, retries: result.retries })}\n`,
    );
    expect(ended).toMatchObject({ lost: 0, double: 0, wronged: 0 });
    expect(ended.stored + ended.rejected).toBe(phase.count);
    expect(Object.keys(result.retries)).toContain('connection');
    for (const ms of recoveredMs) expect(ms).toBeLessThanOrEqual(recoveryGateMs);
  });
});
