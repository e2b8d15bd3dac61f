import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '../../require.ts';
import { type BenchServer, startTidewatch, until } from './tidewatch.ts';

/** What the load generator saw. */
export interface Load {
  /** When it sent its first request, epoch milliseconds. */
  readonly startedAt: number;
  readonly seconds: number;
  readonly sent: number;
  /** Times it was told to come again. */
  readonly refused: number;
  /** From when a request was due to its acknowledgement, milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

const perRequest = 500;

/** What is sent: documents of 600 bytes, or Windows events of 2 KB. */
export type LoadKind = 'documents' | 'windows';

/** Sends `count` events to `_bulk`; at `rate` events a second, or as fast as they are acknowledged. */
export async function sendLoad(
  url: string,
  count: number,
  rate?: number,
  kind: LoadKind = 'documents',
): Promise<Load> {
  const args = [
    '--import',
    'tsx',
    join(import.meta.dirname, 'load.ts'),
    url,
    String(count),
    String(perRequest),
    '4',
    kind,
  ];
  const child = spawn(process.execPath, rate === undefined ? args : [...args, String(rate)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`The load generator ended with ${code}.`);
  return JSON.parse(output) as Load;
}

export const embedded = 'inputs: [{ type: http }]';

/** Every event acknowledged is in the store. */
export const stored = async ({ metric }: BenchServer, count: number): Promise<boolean> =>
  (await metric('index_documents_total', 'outcome="stored"')) >= count;

/** Events a second from the first request until the last event is in the embedded store, and CPU time of the server. */
export async function httpToStore(count: number): Promise<{ perSecond: number; cpuMicroseconds: number }> {
  const server = await startTidewatch({ config: embedded });
  const cpuBefore = server.process.cpuSeconds();
  const { startedAt } = await sendLoad(server.ingest, count);
  await until(() => stored(server, count), 300, `${count} events in the store`);
  const perSecond = (count * 1_000) / (Date.now() - startedAt);
  const cpuMicroseconds = ((server.process.cpuSeconds() - cpuBefore) * 1e6) / count;
  await server.dispose();
  return { perSecond, cpuMicroseconds };
}

/** Latency of acknowledgements at `rate` events a second for `seconds`. */
export async function acknowledgementLatency(rate: number, seconds: number): Promise<Load> {
  const server = await startTidewatch({ config: embedded });
  // Compiled code, as in a process that has run for a while.
  await sendLoad(server.ingest, rate * 5, rate);
  const load = await sendLoad(server.ingest, rate * seconds, rate);
  await server.dispose();
  return load;
}

/** Highest resident memory in MiB while `rate` events a second come for `seconds`. */
export async function memoryAt(rate: number, seconds: number, config: string): Promise<number> {
  const server = await startTidewatch({ config });
  let most = 0;
  const sampling = setInterval(() => {
    most = Math.max(most, server.process.memory());
  }, 250);
  await sendLoad(server.ingest, rate * seconds, rate);
  clearInterval(sampling);
  await server.dispose();
  return most;
}

/** Events a second that `_bulk` acknowledges, the writing to disk waited for or (under `eatmydata`) not. */
export async function acknowledgedPerSecond(count: number, synced: boolean): Promise<number> {
  const server = await startTidewatch({
    config: `roles: [ingest]\n${embedded}`,
    ...(synced ? {} : { under: 'eatmydata' }),
  });
  await sendLoad(server.ingest, count / 4);
  const { seconds } = await sendLoad(server.ingest, count);
  await server.dispose();
  return count / seconds;
}
