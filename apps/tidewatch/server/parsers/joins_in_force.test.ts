import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNormaliser, type Stage } from '@tidewatch/normalize';
import { createFileSnapshots } from '@tidewatch/stream';
import { createHealthBoard, createMetrics } from '@tidewatch/telemetry';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJoins } from './joins_in_force.ts';

const root = join(import.meta.dirname, '../../../..');
let folder = '';
let logged: string[] = [];
const health = createHealthBoard();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joins-'));
  logged = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (options: { kept?: boolean; longestMs?: number } = {}) =>
  openJoins(
    { paths: [join(folder, 'parsers')], required: false },
    {
      root,
      snapshots: createFileSnapshots(join(folder, 'snapshots')),
      inClear: options.kept !== false,
      longestMs: () => options.longestMs ?? 7 * 86_400_000,
      metrics: createMetrics({ process: false }),
      health,
      log: pino({}, { write: (line) => void logged.push(line) }),
    },
  );

const at = Date.now();
const event = (code: number, data: object) => ({
  Event: {
    System: {
      Provider: { '#attributes': { Name: 'Microsoft-Windows-Security-Auditing' } },
      ...{ EventID: code, Channel: 'Security', Computer: 'dc1.example.org' },
      TimeCreated: { '#attributes': { SystemTime: new Date(at).toISOString() } },
    },
    EventData: data,
  },
});

function read(stage: Stage, document: object) {
  const outcome = createNormaliser({ stages: [stage] })(
    {
      bytes: Buffer.from(JSON.stringify(document)),
      format: 'json',
      position: { kind: 'file', fingerprint: 'a', offset: 0 },
      received: at,
      hints: {},
    },
    'dc1',
  );
  if (outcome.status !== 'ok') throw new Error(outcome.status);
  return JSON.parse(outcome.value.json);
}

const logon = event(4624, {
  TargetUserName: 'alice',
  TargetLogonId: '0x5a1',
  LogonType: '3',
  IpAddress: '192.0.2.7',
});
const share = event(5140, { SubjectUserName: 'alice', SubjectLogonId: '0x5a1', ShareName: 'a' });

test('what was remembered outlives a restart', async () => {
  const first = await open();
  read(first.stage, logon);
  await first.close();
  const second = await open();
  expect(second.memory.size()).toBe(1);
  expect(read(second.stage, share).winlog.logon).toMatchObject({
    type: 'Network',
    source: { ip: '192.0.2.7' },
  });
  await second.close();
});

test('nothing is on the disk where clear text may not be', async () => {
  const before = await open();
  read(before.stage, logon);
  await before.close();
  const joins = await open({ kept: false });
  expect(joins.memory.size()).toBe(0);
  read(joins.stage, logon);
  await joins.close();
  expect(readdirSync(join(folder, 'snapshots'))).toEqual([]);
});

test('a snapshot that can not be read is told, and joins begin anew', async () => {
  await createFileSnapshots(join(folder, 'snapshots')).save('joins', 'all', Buffer.from('what'));
  const joins = await open();
  expect(logged.join()).toContain('begin anew');
  expect(joins.memory.size()).toBe(0);
  await joins.close();
});

test('people have joins of their own beside their parsers, and change them; a wrong file leaves the one before', async () => {
  const state = () => health.list().find(({ name }) => name === 'joins');
  const write = (steps: string) =>
    writeFileSync(
      join(folder, 'joins', 'own.yml'),
      `name: own\ntitle: Own\njoins: [{ dataset: windows.security, steps: [${steps}] }]\n`,
    );
  const joins = await open();
  const site = () => read(joins.stage, share).labels;
  read(joins.stage, logon);
  expect([site(), state()?.state]).toEqual([undefined, 'ready']);
  mkdirSync(join(folder, 'joins'));
  write('{ labels: { site: athens } }');
  await joins.look();
  expect(site()).toEqual({ site: 'athens' });
  write('{ label: { site: patras } }');
  await joins.look();
  expect([site(), state()?.state]).toEqual([{ site: 'athens' }, 'degraded']);
  expect(state()?.detail).toContain('own.yml');
  expect(logged.join()).toContain('own.yml');
  write('{ labels: { site: patras } }');
  await joins.look();
  expect([site(), state()?.state]).toEqual([{ site: 'patras' }, 'ready']);
  await joins.reload({ paths: [], required: false });
  expect(site()).toBeUndefined();
  // What was remembered is still known.
  expect(read(joins.stage, share).winlog.logon.type).toBe('Network');
  await joins.close();
});

test('nothing is remembered for longer than the data classes allow', async () => {
  const joins = await open({ longestMs: 1 });
  read(joins.stage, logon);
  expect(read(joins.stage, share).winlog.logon.type).toBe('Network');
  await joins.close();
  const later = await open();
  expect(later.memory.size()).toBe(0);
  await later.close();
});
