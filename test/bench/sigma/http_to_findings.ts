import { embedded, sendLoad, stored } from '../ingest/http_to_store.ts';
import { type BenchServer, startTidewatch, until } from '../ingest/tidewatch.ts';

/** The detector has nothing left to read. */
const evaluated = async ({ metric }: BenchServer): Promise<boolean> =>
  (await metric('consumer_lag_records', 'group="detector"')) === 0;

/**
 * Windows events a second from the first request until the last is in the embedded store and has been evaluated, and
 * CPU time of the server. It is asked after warm-up: rules are indexed when their events first come, and a process that has
 * just begun compiles its code on the cores that are to be measured.
 */
export async function httpToFindings(
  count: number,
  rules: { readonly paths: readonly string[] },
): Promise<{ perSecond: number; cpuMicroseconds: number }> {
  const server = await startTidewatch({ config: embedded, rules: { ...rules, select: 'all' } });
  const warmUp = count / 2;
  await sendLoad(server.ingest, warmUp, undefined, 'windows');
  await until(async () => (await stored(server, warmUp)) && (await evaluated(server)), 300, 'the warm-up');
  const cpuBefore = server.process.cpuSeconds();
  const { startedAt } = await sendLoad(server.ingest, count, undefined, 'windows');
  await until(() => stored(server, warmUp + count), 600, `${count} events in the store`);
  await until(() => evaluated(server), 600, `${count} events evaluated`);
  const perSecond = (count * 1_000) / (Date.now() - startedAt);
  const cpuMicroseconds = ((server.process.cpuSeconds() - cpuBefore) * 1e6) / count;
  await server.dispose();
  return { perSecond, cpuMicroseconds };
}
