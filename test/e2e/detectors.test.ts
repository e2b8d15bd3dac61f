import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '@tidewatch/forest';
import { afterAll, expect, it } from 'vitest';
import { root } from '../require.ts';
import { eventually, type RunningServer, startServer } from './server.ts';

const minute = 60_000;
/** Sources that were not heard of for minutes would count as idle. */
const start = Math.floor(Date.now() / minute) * minute - 62 * minute;
const rangeAll = 'from=now-2h&to=now%2B1h';
const detector = `
id: logons
title: Many log-ons
filter: 'event.category: authentication'
by: [user.name]
interval: 1m
delay: 30s
forest: { trees: 20, sample: 64, target: 0.009 }
features:
  - { name: logons, aggregate: count, direction: above, min_absolute: 20 }
  - { name: sources, aggregate: cardinality, field: source.ip, min_absolute: 20 }
`;

interface Result {
  readonly entity: readonly string[];
  readonly from: number;
  readonly score: number;
}
interface Row {
  readonly id: string;
  readonly runs: boolean;
  readonly state?: { readonly events: number; readonly late: number };
}

const servers: RunningServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server.dispose())));

/** Log-ons of each of ten users in each minute; of one of them forty in the 38th, and of another in the 56th. */
const minutes = (() => {
  const random = new Random(7);
  return Array.from({ length: 62 }, (_, step) =>
    Array.from({ length: 10 }, (_, user) => {
      const isSpike = (user === 3 && step === 37) || (user === 5 && step === 55);
      const count = isSpike ? 40 : 1 + Math.floor(4 * random.next() ** 2);
      return Array.from({ length: count }, (_, i) => ({
        '@timestamp': new Date(start + step * minute + i * 500).toISOString(),
        event: { category: ['authentication'] },
        user: { name: `user-${user}` },
        source: { ip: `192.0.2.${Math.floor(5 * random.next())}` },
      }));
    }).flat(),
  );
})();

async function send(to: RunningServer, events: readonly object[]): Promise<void> {
  const body = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  const headers = { 'content-type': 'application/x-ndjson' };
  const { ok } = await fetch(`${to.ingest}/ingest/vpn`, { method: 'POST', headers, body });
  expect(ok).toBe(true);
}

const rowOf = async (server: RunningServer, id: string): Promise<Row> =>
  server.api<Row>(`/api/detectors/${id}`);

it('goes on after kill -9 in mid-interval with the scores there would have been, and one alert of each spike', async () => {
  const configOf = (select: string) =>
    `inputs: [{ type: http }]\nanomalies: { paths: ['${join(root, 'detectors')}'], select: ${select} }\n`;
  const config = configOf('none');
  const first = await startServer({ config });
  servers.push(first);
  await first.api('/api/detectors/logons', { method: 'PUT', body: { source: detector } });
  // Something is saved, and something is not.
  const saved = () => stat(join(first.data, 'anomalies/detectors.db-wal')).then(({ size }) => size);
  const before = await saved();
  await send(first, minutes.slice(0, 40).flat());
  await eventually(saved, (size) => size > before + 100_000);
  const half = minutes[46]!.length >> 1;
  await send(first, [...minutes.slice(40, 46).flat(), ...minutes[46]!.slice(0, half)]);
  await first.kill('SIGKILL');

  const second = await startServer({ data: first.data, config });
  servers.push(second);
  await send(second, [...minutes[46]!.slice(half), ...minutes.slice(47).flat()]);
  const all = minutes.flat().length;
  const { state } = await eventually(
    () => rowOf(second, 'logons'),
    (row) => row.state?.events === all,
  );
  expect(state).toMatchObject({ late: 0 });
  const alerts = await eventually(
    () =>
      second.api<{ items: { key: { value: string }[]; count: number }[] }>(
        `/api/alerts?${rangeAll}&limit=50`,
      ),
    ({ items }) => items.some(({ key }) => key[0]?.value === 'user-5'),
  );
  expect(alerts.items.map(({ key, count }) => [key[0]!.value, count]).sort()).toEqual([
    ['user-3', 1],
    ['user-5', 1],
  ]);

  // What one that never stopped finds in the same events.
  await eventually(
    () => second.api<{ total: number }>(`/api/events?limit=1&${rangeAll}&q=event.category:authentication`),
    ({ total }) => total === all,
  );
  const { id } = await second.api<{ id: string }>('/api/detectors/logons/runs', {
    method: 'POST',
    body: { from: 'now-2h', to: 'now+1h' },
  });
  const { result } = await eventually(
    () => second.api<{ result?: { items: Result[] } }>(`/api/detectors/runs/${id}`),
    (run) => run.result !== undefined,
  );
  const oddOf = ({ items }: { readonly items: readonly Result[] }) =>
    items
      .filter(({ from }) => from < start + 60 * minute)
      .map(({ entity, from, score }) => `${from} ${entity} ${score}`)
      .sort();
  const whole = oddOf(result as { items: Result[] });
  const history = await eventually(
    () => second.api<{ items: Result[] }>(`/api/detectors/logons/history?${rangeAll}&limit=1000`),
    (page) => oddOf(page).length >= whole.length,
  );
  expect(oddOf(history)).toEqual(whole);
  const steps = whole.map((line) => (Number(line.split(' ')[0]) - start) / minute);
  expect(steps.some((step) => step < 40) && steps.some((step) => step > 46)).toBe(true);

  // A changed configuration is taken over without a start.
  expect((await rowOf(second, 'logons-per-user')).runs).toBe(false);
  await writeFile(join(second.data, 'tidewatch.yml'), configOf('[logons-per-user]'));
  process.kill(second.pid, 'SIGHUP');
  await eventually(
    () => rowOf(second, 'logons-per-user'),
    ({ runs }) => runs,
  );
  expect(second.output()).not.toContain('comes into force at the next start only');
}, 60_000);
