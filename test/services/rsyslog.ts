import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** An rsyslogd that reads one file and sends its lines on; all it writes is in a folder of its own. */
export interface RunningRsyslog {
  readonly pid: number;
  /** Appends lines to the file it reads. */
  write(lines: readonly string[]): Promise<void>;
  /** Starts it again on the same folder, after {@link kill}. */
  restart(): Promise<void>;
  /** Resolves when the process is gone. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Ends it and deletes its folder. */
  stop(): Promise<void>;
  /** What it said of itself and its connections. */
  log(): string;
}

export interface RsyslogOptions {
  /** Output modules to load, e.g. `omrelp`. */
  readonly modules?: readonly string[];
  /** Where lines go, in RainerScript: `action(…)` statements. */
  readonly actions: string;
  /** Settings of the `global(…)` statement, e.g. `defaultNetstreamDriver`. */
  readonly global?: Readonly<Record<string, string>>;
}

/** Starts rsyslogd (`node test/services/install.mjs rsyslog`) in the foreground and resolves when it runs. */
export async function startRsyslog(options: RsyslogOptions): Promise<RunningRsyslog> {
  const directory = await mkdtemp(join(tmpdir(), 'tidewatch-rsyslog-'));
  const at = (name: string) => join(directory, name);
  const settings = Object.entries({
    workDirectory: directory,
    'internal.msg.ratelimit.interval': '0',
    ...options.global,
  });
  await writeFile(at('lines.log'), '');
  await writeFile(
    at('rsyslog.conf'),
    [
      `global(${settings.map(([name, value]) => `${name}="${value}"`).join(' ')})`,
      ...['imfile', ...(options.modules ?? [])].map((name) => `module(load="${name}")`),
      `input(type="imfile" file="${at('lines.log')}" tag="test:" ruleset="out" persistStateInterval="100")`,
      `action(type="omfile" file="${at('own.log')}")`,
      `ruleset(name="out") {\n${options.actions}\n}\n`,
    ].join('\n'),
  );
  const launch = async (): Promise<ChildProcess> => {
    const output = openSync(at('output.log'), 'a');
    const started = spawn('/usr/sbin/rsyslogd', ['-n', '-f', at('rsyslog.conf'), '-i', at('rsyslog.pid')], {
      cwd: directory,
      stdio: ['ignore', output, output],
    });
    // A configuration that it does not like ends it at once.
    const ended = await Promise.race([once(started, 'exit').then(() => true), setTimeout(200, false)]);
    if (ended)
      throw new Error(`rsyslogd did not start:\n${readFileSync(at('output.log'), 'utf8').slice(-4_000)}`);
    return started;
  };
  let child = await launch();
  const kill = async (signal: 'SIGKILL' | 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };

  return {
    get pid() {
      return child.pid ?? 0;
    },
    write: (lines) => appendFile(at('lines.log'), lines.map((line) => `${line}\n`).join('')),
    kill,
    async restart() {
      await kill('SIGTERM');
      child = await launch();
    },
    async stop() {
      await kill('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
    log: () => readFileSync(at('output.log'), 'utf8') + readIfThere(at('own.log')),
  };
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
