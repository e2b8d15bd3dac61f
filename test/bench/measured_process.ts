import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/** A process under measurement. Its figures come from the system's own books, threads included. */
export interface MeasuredProcess {
  readonly pid: number;
  /** User and system time so far, in seconds. */
  cpuSeconds(): number;
  /** Resident memory now, in MiB. */
  memory(): number;
  /** The first line it printed on standard output. */
  firstLine(): Promise<string>;
  /** Ends it and waits for its end. */
  stop(): Promise<void>;
}

/** Ticks of the system's clock in a second, as every Linux counts process times. */
const ticks = 100;

/** Starts a command, on one core where `core` is given. What it prints on standard error is kept for failures. */
export function measure(
  command: string,
  args: readonly string[],
  { core, cwd, env }: { core?: number; cwd?: string; env?: Readonly<Record<string, string>> } = {},
): MeasuredProcess {
  const pinned = core === undefined ? [] : ['taskset', '-c', String(core)];
  const [program = command, ...rest] = [...pinned, command, ...args];
  const child: ChildProcess = spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
  });
  let output = '';
  let complaints = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    complaints = `${complaints}${chunk}`.slice(-4_000);
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${program} could not be started.`);
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  const proc = (file: string) => {
    if (ended())
      throw new Error(`${command} ended with ${child.exitCode}:\n${output.slice(-2_000)}${complaints}`);
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  };
  return {
    pid,
    cpuSeconds() {
      // The name in parentheses may hold spaces; the numbers stand behind it.
      const fields = proc('stat').split(') ')[1]?.split(' ') ?? [];
      return (Number(fields[11]) + Number(fields[12])) / ticks;
    },
    memory: () => Number(/VmRSS:\s+(\d+)/.exec(proc('status'))?.[1]) / 1024,
    async firstLine() {
      while (!output.includes('\n')) {
        proc('stat');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return output.slice(0, output.indexOf('\n'));
    },
    async stop() {
      if (ended()) return;
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await once(child, 'exit');
      clearTimeout(late);
    },
  };
}
