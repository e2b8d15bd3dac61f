import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWal } from '@tidewatch/stream/wal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
let data = '';

/** The real command line, from sources. */
function inspect(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(
    process.execPath,
    ['--import', 'tsx', 'apps/tidewatch/dev.ts', 'stream', 'inspect', ...args],
    { cwd: root, encoding: 'utf8', timeout: 30_000 },
  );
}

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'tidewatch-inspect-'));
  const log = createWal({ directory: join(data, 'streams'), segmentBytes: 4_096 });
  const events = await log.open('events');
  for (let i = 0; i < 20; i++)
    await events.append([
      {
        key: 'firewall',
        headers: { source: '\u001b[31mred' },
        value: Buffer.from(`secret ${i}`.padEnd(500)),
      },
    ]);
  const consumer = await events.subscribe({ group: 'index', process: async () => {} });
  await consumer.drain();
  await events.append([{ key: 'firewall', value: Buffer.from([0xff, 0xfe]) }]);
  await consumer.drain();
  await log.close();
});
afterAll(() => rm(data, { recursive: true, force: true }));

describe('tidewatch stream inspect', () => {
  it('shows a sound folder, and no value unless asked for', () => {
    const { status, stdout } = inspect(data, '--verify', '--records', '2');
    expect(status).toBe(0);
    expect(stdout).toContain('no process has it open');
    expect(stdout).toContain('Stream events: 21 records');
    expect(stdout).toMatch(/^0\/0{20}\.log +0\.\.6 +\d+ {2}\d{4}-\S+Z {2}\d{4}-\S+Z +1$/m);
    expect(stdout).toMatch(/^index +0:21 +0 +0$/m);
    expect(stdout).toMatch(/0:19 {2}firewall {2}source=\\u001b\[31mred {2}500 B/);
    expect(stdout).toContain('Sound: every checksum was looked at.');
    expect(stdout).not.toContain('secret');
    const values = inspect(data, '--records', '2', '--values').stdout;
    expect(values).toContain('secret 19');
    expect(values).toContain('//4=');
  });

  it('finds damage: exit code 1, as text and as JSON', async () => {
    const folder = join(data, 'streams', 'events', '0');
    const name = (await readdir(folder)).filter((file) => file.endsWith('.log')).sort()[1] ?? '';
    const bytes = await readFile(join(folder, name));
    const changed = Buffer.from(bytes);
    changed[200] = 0xff ^ (changed[200] ?? 0);
    await writeFile(join(folder, name), changed);
    try {
      const text = inspect(join(data, 'streams'), '--verify');
      expect(text.status).toBe(1);
      expect(text.stdout).toContain(`DAMAGE 0/${name} at 80 (1 record, `);
      expect(text.stdout).toContain('1 fault found');
      const json = inspect(
        join(data, 'streams', 'events'),
        '--verify',
        '--records',
        '1',
        '--values',
        '--json',
      );
      expect(json.status).toBe(1);
      expect(JSON.parse(json.stdout)).toMatchObject({
        pid: null,
        sound: false,
        verified: true,
        streams: [
          {
            stream: 'events',
            groups: [{ group: 'index', positions: { 0: 21 }, records: 0, seconds: 0 }],
            damage: [{ kind: 'damaged_records', file: `0/${name}`, position: 80, records: 1 }],
            records: [
              { partition: 0, offset: 20, key: 'firewall', bytes: 2, value: '//4=', encoding: 'base64' },
            ],
          },
        ],
      });
    } finally {
      await writeFile(join(folder, name), bytes);
    }
  });

  it('says what is wrong with the command line or the folder: exit code 2', () => {
    const missing = inspect(join(data, 'nowhere'));
    expect([missing.status, missing.stdout]).toEqual([2, '']);
    expect(missing.stderr).toContain('There are no streams in');
    expect(inspect(data, '--records', 'x').status).toBe(2);
  });
});
