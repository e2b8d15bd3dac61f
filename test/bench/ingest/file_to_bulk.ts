import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measure } from '../measured_process.ts';
import type { LogFiles } from './files.ts';
import { startSink } from './sinks.ts';
import { startTidewatch } from './tidewatch.ts';

/** Events per CPU-second, from the process' start until the last document is at the sink, and the memory it then has. */
export interface FileToBulk {
  readonly perCpuSecond: number;
  readonly memory: number;
}

const peers = join(import.meta.dirname, 'peers');

/** rsyslog: imfile → mmnormalize → omelasticsearch, on one core. */
export async function rsyslogToBulk({ sshd, nginx, lines }: LogFiles): Promise<FileToBulk> {
  const work = mkdtempSync(join(tmpdir(), 'tidewatch-rsyslog-'));
  const sink = await startSink();
  const places: Readonly<Record<string, string>> = {
    WORK: work,
    PORT: sink.port,
    PEERS: peers,
    SSHD: sshd,
    NGINX: nginx,
  };
  const template = readFileSync(join(peers, 'rsyslog.conf'), 'utf8');
  const config = join(work, 'rsyslog.conf');
  writeFileSync(
    config,
    template.replace(/@([A-Z]+)@/g, (_, place) => places[place] ?? ''),
  );
  const rsyslog = measure('rsyslogd', ['-n', '-f', config, '-i', join(work, 'pid')], { core: 0 });
  await sink.reached(lines);
  const result = { perCpuSecond: lines / rsyslog.cpuSeconds(), memory: rsyslog.memory() };
  await rsyslog.stop();
  await sink.stop();
  rmSync(work, { recursive: true });
  return result;
}

/** Tidewatch: file input → ECS → write-ahead log → `_bulk`, on one core; a position moves only after the sink's answer. */
export async function tidewatchToBulk({ sshd, nginx, lines }: LogFiles): Promise<FileToBulk> {
  const sink = await startSink();
  const server = await startTidewatch({
    core: 0,
    config: `
roles: [ingest, index]
inputs:
  - { type: file, paths: [${sshd}], source: sshd }
  - { type: file, paths: [${nginx}], source: nginx }
store: { opensearch: { nodes: ['http://127.0.0.1:${sink.port}'] } }`,
  });
  await sink.reached(lines);
  const result = { perCpuSecond: lines / server.process.cpuSeconds(), memory: server.process.memory() };
  await server.dispose();
  await sink.stop();
  return result;
}
