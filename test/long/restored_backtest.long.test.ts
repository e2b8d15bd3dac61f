import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDataClasses } from '@tidewatch/store';
import { openDuckDbStore } from '@tidewatch/store/duckdb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { indexed } from '../../libs/store/fixtures.suite.ts';
import { eventually, type RunningServer, startServer } from '../e2e/server.ts';
import { root } from '../require.ts';

const hour = 3_600_000;
const day = 24 * hour;
const ttlDays = 90;
const opened = 700;
const rule = `title: Door opened
id: 5a5c4a6e-2a0a-4a3e-9d56-2f3d1a5e7e11
level: high
logsource: { product: any }
detection: { selection: { event.action: opened }, condition: selection }
`;

/** Within an hour of a week that is over, and whose copy the server gives up at once. */
const middle = Math.floor(Date.now() / hour) * hour - 20 * day;
let directory: string;
let server: RunningServer;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-restored-'));
  await writeFile(join(directory, 'rule.yml'), rule);
  // As a server that has run for weeks would have left it.
  const classes = parseDataClasses(
    `classes: { authentication: { description: d, ttl: ${ttlDays}d, readers: [analyst] } }\napprovals: []\n`,
  );
  const store = await openDuckDbStore({ directory: join(directory, 'data/store'), classes });
  const records = Array.from({ length: 2 * opened }, (_, i) =>
    indexed(
      { event: { action: i % 2 === 0 ? 'opened' : 'closed' }, host: { name: `door-${i % 5}` } },
      { time: middle + i, ingested: middle + i, dataClass: 'authentication' },
    ),
  );
  await store.events.write(records);
  await store.close();
  server = await startServer({
    data: join(directory, 'data'),
    config: JSON.stringify({ archive: { folder: join(directory, 'archive'), local: '1d' } }),
  });
});
afterAll(async () => {
  await server.dispose();
  await rm(directory, { recursive: true });
});

/** A command of the product, beside the server. */
const tidewatch = (...args: string[]) =>
  new Promise<{ status: number; stdout: string; stderr: string }>((resolve) => {
    const program = ['apps/tidewatch/bin/tidewatch.mjs', ...args, '--data', server.data];
    execFile(process.execPath, program, { cwd: root }, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });

async function backtest() {
  const args = ['sigma', 'backtest', '--rule', join(directory, 'rule.yml'), '--since', '30d', '--json'];
  const { status, stdout } = await tidewatch(...args);
  expect(status).toBe(0);
  return JSON.parse(stdout) as object;
}

it('runs a rule over what the archive gave back', async () => {
  const list = () => tidewatch('archive', 'list', '--json');
  const archived = await eventually(list, ({ stdout }) => stdout.includes('"archived"'), 120);
  expect(JSON.parse(archived.stdout)).toMatchObject([{ dataClass: 'authentication', events: 2 * opened }]);
  expect(await backtest()).toMatchObject({ state: 'done', result: { events: 0 } });

  const asked = Date.now();
  const { status } = await tidewatch('archive', 'restore', '--from', '30d', '--days', '2');
  expect(status).toBe(0);
  const [file] = JSON.parse((await list()).stdout) as { state: string; until: string }[];
  expect(file?.state).toBe('restored');
  expect(Math.abs(new Date(file?.until ?? 0).getTime() - asked - 2 * day)).toBeLessThan(600_000);

  expect(await backtest()).toMatchObject({
    state: 'done',
    result: {
      events: 2 * opened,
      rejected: [],
      rules: [
        { before: { matches: 0, alerts: 0 }, after: { matches: opened, alerts: 5 }, gained: 5, lost: 0 },
      ],
    },
  });
});
