import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { root } from '../../require.ts';
import { type MeasuredProcess, measure } from '../measured_process.ts';

/** A Tidewatch under measurement. */
export interface BenchServer {
  readonly process: MeasuredProcess;
  /** Its `_bulk` endpoint; empty where it has no HTTP input. */
  readonly ingest: string;
  /** Sum of a counter's samples on /metrics whose labels contain `having`. */
  metric(name: string, having?: string): Promise<number>;
  dispose(): Promise<void>;
}

export interface BenchServerOptions {
  /** `tidewatch.yml`, but for rules. */
  readonly config: string;
  /** `rules:` of `tidewatch.yml`; by default there are none. */
  readonly rules?: { readonly paths: readonly string[]; readonly select?: 'all' };
  readonly core?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** A command to run it under, e.g. `eatmydata`. */
  readonly under?: string;
}

/** Starts the built server and resolves when it takes events. */
export async function startTidewatch({
  config,
  rules,
  core,
  env,
  under,
}: BenchServerOptions): Promise<BenchServer> {
  const data = mkdtempSync(join(tmpdir(), 'tidewatch-bench-'));
  const none = join(data, 'no-rules');
  mkdirSync(none);
  const file = join(data, 'tidewatch.yml');
  writeFileSync(
    file,
    `${config}\nrules: ${JSON.stringify(rules ?? { paths: [none] })}\nlog: { level: warn }\n`,
  );
  const start = [
    'apps/tidewatch/bin/tidewatch.mjs',
    'start',
    '--port',
    '0',
    '--no-demo',
    '--data',
    data,
    '--config',
    file,
  ];
  const command = under === undefined ? process.execPath : under;
  const args = under === undefined ? start : [process.execPath, ...start];
  const own = measure(command, args, {
    cwd: root,
    ...(core === undefined ? {} : { core }),
    ...(env === undefined ? {} : { env }),
  });
  const run = await runFile(join(data, 'run/server.json'), own);
  return {
    process: own,
    ingest: run.ingest ?? '',
    async metric(name, having = '') {
      const text = await (await fetch(`${run.url}/metrics`)).text();
      const lines = text
        .split('\n')
        .filter((line) => line.startsWith(`tidewatch_${name}{`) && line.includes(having));
      return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
    },
    async dispose() {
      await own.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

async function runFile(path: string, { memory }: MeasuredProcess): Promise<{ url: string; ingest?: string }> {
  for (;;) {
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as { url: string; ingest?: string };
    } catch {
      // Not there yet; says so by throwing where the process ended.
      memory();
      await setTimeout(20);
    }
  }
}

/** Waits until `reached` says so, and gives up loudly after `seconds`. */
export async function until(reached: () => Promise<boolean>, seconds: number, what: string): Promise<void> {
  const end = Date.now() + seconds * 1_000;
  while (!(await reached())) {
    if (Date.now() > end) throw new Error(`Not within ${seconds} s: ${what}.`);
    await setTimeout(100);
  }
}
