import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundled } from '../../../test/bundle.ts';
import { textOf } from '../streams.suite.ts';
import { createWal } from './wal.ts';

const child = fileURLToPath(bundled(new URL('./wal.child.ts', import.meta.url)));
let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-crash-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Runs the appending process; gives its output, whole lines only. */
function run(command: string, args: string[]) {
  const started = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  started.stdout.setEncoding('utf8').on('data', (data: string) => {
    output += data;
  });
  const acknowledged = () =>
    output
      .slice(0, output.lastIndexOf('\n') + 1)
      .split('\n')
      .slice(0, -1);
  return { started, acknowledged };
}

async function readAll() {
  const log = createWal({ directory });
  const stream = await log.open('events');
  const records = await stream.read({ partition: 0, offset: 0 }, 10_000_000);
  const stats = await stream.stats();
  const [next] = await stream.append([{ key: 'k', value: Buffer.from('after') }]);
  await log.close();
  return { found: new Map(records.map((record) => [record.position.offset, textOf(record)])), stats, next };
}

describe('a process that dies', () => {
  it('leaves everything it acknowledged, when killed at any moment', { timeout: 30_000 }, async () => {
    let seen = 0;
    for (let round = 0; round < 2; round++) {
      const { started, acknowledged } = run(process.execPath, [child, directory, '10', '4']);
      const exited = once(started, 'exit');
      while (acknowledged().length === 0 && started.exitCode === null) await setTimeout(5);
      await setTimeout(Math.random() * 200);
      started.kill('SIGKILL');
      await exited;
      const { found, stats, next } = await readAll();
      for (const line of acknowledged()) {
        const space = line.indexOf(' ');
        expect(found.get(Number(line.slice(0, space)))).toBe(line.slice(space + 1));
        seen++;
      }
      expect(stats.damage).toMatchObject({ quarantinedRecords: 0, missingRecords: 0 });
      expect(next!.offset).toBeGreaterThan(Math.max(...found.keys()));
    }
    expect(seen).toBeGreaterThan(100);
  });

  it('is told when the disk refuses, and keeps what was acknowledged before', {
    timeout: 30_000,
  }, async () => {
    // A limit of 32 blocks a file makes real writes fail (EFBIG), part of a record being written already.
    const limited = `ulimit -f 32; exec "$@"`;
    const args = ['-c', limited, 'sh', process.execPath, child, directory, '100', '1'];
    const { started, acknowledged } = run('bash', args);
    await once(started, 'exit');
    const lines = acknowledged();
    expect(lines.at(-1)).toBe('refused STREAM_DISK');
    const { found, stats } = await readAll();
    expect(lines.length).toBeGreaterThan(100);
    expect(found.size).toBe(lines.length - 1);
    for (const line of lines.slice(0, -1))
      expect(found.get(Number(line.split(' ')[0]))).toBe(line.replace(/^\d+ /, ''));
    expect(stats.damage).toMatchObject({ tornTails: 0, quarantinedRecords: 0 });
  });

  it('does not share its directory with another', { timeout: 30_000 }, async () => {
    const { started, acknowledged } = run(process.execPath, [child, directory, '1', '1']);
    while (acknowledged().length === 0) await setTimeout(5);
    const log = createWal({ directory });
    await expect(log.open('events')).rejects.toMatchObject({
      code: 'LOG_LOCKED',
      details: { pid: started.pid },
    });
    await expect(log.open('events')).rejects.toThrow(`in use by process ${started.pid}`);
    const exited = once(started, 'exit');
    started.kill('SIGKILL');
    await exited;
    await log.open('events');
    await expect(createWal({ directory }).open('events')).rejects.toMatchObject({ code: 'LOG_LOCKED' });
    await log.close();
    const again = createWal({ directory });
    await again.open('events');
    await again.close();
  });
});
