import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWal } from '@tidewatch/stream/wal';
import { copyLog } from '@tidewatch/stream/wal/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../commands/command.fixture.ts';
import { streamCommand } from '../commands/stream.ts';

const root = join(import.meta.dirname, '../../..');
let data = '';

const inspect = (...args: string[]) => runCommand(streamCommand, 'inspect', ...args);

/** The real command line, from sources. */
const run = (...args: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'apps/tidewatch/dev.ts', 'stream', 'inspect', ...args], {
    cwd: root,
    encoding: 'utf8',
    timeout: 30_000,
  });

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
  it('shows a sound folder, and no value unless asked for', async () => {
    const { status, stdout } = await inspect(data, '--verify', '--records', '2');
    expect(status).toBe(0);
    expect(stdout).toContain('no process has it open');
    expect(stdout).toContain('Stream events: 21 records');
    expect(stdout).toMatch(/^0\/0{20}\.log +0\.\.6 +\d+ {2}\d{4}-\S+Z {2}\d{4}-\S+Z +1$/m);
    expect(stdout).toMatch(/^index +0:21 +0 +0$/m);
    expect(stdout).toMatch(/0:19 {2}firewall {2}source=\\u001b\[31mred {2}500 B/);
    expect(stdout).toContain('Sound: every checksum was looked at.');
    expect(stdout).not.toContain('secret');
    const values = (await inspect(data, '--records', '2', '--values')).stdout;
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
      const text = await inspect(join(data, 'streams'), '--verify');
      expect(text.status).toBe(1);
      expect(text.stdout).toContain(`DAMAGE 0/${name} at 80 (1 record, `);
      expect(text.stdout).toContain('1 fault found');
      const json = await inspect(
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

  it('says that the process before was stopped before it could close the log', async () => {
    const folder = join(data, 'killed');
    const log = createWal({ directory: join(folder, 'streams') });
    await (await log.open('events')).append([{ key: 'k', value: Buffer.from('x') }]);
    const copy = join(data, 'copy');
    await copyLog(join(folder, 'streams'), copy);
    expect((await inspect(folder)).stdout).toContain(`process ${process.pid} has it open`);
    await log.close();
    expect((await inspect(folder)).stdout).toContain('no process has it open\n');
    const { status, stdout } = await inspect(copy);
    expect(status).toBe(0);
    expect(stdout).toContain('no process has it open; the last one was stopped before it could close it');
  });

  it('says what is wrong with the folder: exit code 2', async () => {
    const file = join(data, 'file');
    await writeFile(file, 'x');
    for (const [wrong, reason] of [
      [join(data, 'nowhere'), 'it does not exist'],
      [file, 'it is not a folder'],
      [join(data, 'streams', 'events', '0'), 'no folder in it looks like one'],
    ] as const) {
      const { status, stdout, stderr } = await inspect(wrong);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toContain(`There are no streams in ${wrong} (${reason}).`);
    }
  });

  it('is a command of its own process: exit code 2 where its line is wrong', () => {
    const sound = run(data);
    expect([sound.status, sound.stderr]).toEqual([0, '']);
    expect(sound.stdout).toContain('Stream events: 21 records');
    expect(run(data, '--records', 'x').status).toBe(2);
  });
});
