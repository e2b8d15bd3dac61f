import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { root } from '../require.ts';

export interface ServerOptions {
  /** Used again after a crash; a fresh one otherwise. */
  readonly data?: string;
  readonly demo?: boolean;
  /** Of the API; a free one otherwise. */
  readonly port?: number;
  /** Content of `tidewatch.yml`. */
  readonly config?: string;
  /** Tries the shipped models itself, as the first start on a machine does. */
  readonly untried?: boolean;
  /** Ends a first process with `kill -9` so long after its start, ready or not, and starts another. */
  readonly killAfterMs?: number;
}

/** A Tidewatch of its own process on ports of its own, as a user runs it. */
export interface RunningServer {
  readonly url: string;
  readonly ingest: string;
  readonly data: string;
  readonly pid: number;
  /** Everything it printed so far. */
  output(): string;
  /** Asks the API as a logged-in administrator. */
  api<T>(
    path: string,
    init?: { method?: string; body?: unknown; headers?: Record<string, string> },
  ): Promise<T>;
  loginLink(): Promise<string>;
  /** Resident memory in MiB. */
  memory(): Promise<number>;
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
  /** Ends it and deletes its data. */
  dispose(): Promise<void>;
}

/** Runs the built server's `start` and resolves when it answers. */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const data = options.data ?? (await mkdtemp(join(tmpdir(), 'tidewatch-e2e-')));
  if (!options.untried) await takeOver(data);
  const args = ['apps/tidewatch/bin/tidewatch.mjs', 'start', '--data', data];
  args.push('--port', String(options.port ?? 0));
  if (!options.demo) args.push('--no-demo');
  if (options.config !== undefined) {
    const file = join(data, 'tidewatch.yml');
    await writeFile(file, options.config);
    args.push('--config', file);
  }
  if (options.killAfterMs !== undefined) {
    const first = spawn(process.execPath, args, { cwd: root, stdio: 'ignore' });
    const died = once(first, 'exit');
    await setTimeout(options.killAfterMs);
    first.kill('SIGKILL');
    await died;
  }
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  child.stderr.on('data', (chunk) => {
    printed += chunk;
  });
  const run = await waitForRunFile(join(data, 'run/server.json'), child, () => printed);
  let session: { cookie: string; csrf: string } | undefined;

  const loginLink = async () => {
    const response = await fetch(`${run.url}/api/admin/login-links`, {
      method: 'POST',
      headers: { authorization: `Bearer ${run.adminToken}`, 'content-type': 'application/json' },
      body: '{}',
    });
    return ((await response.json()) as { url: string }).url;
  };
  const logIn = async () => {
    const token = new URL(await loginLink()).hash.slice('#token='.length);
    const response = await fetch(`${run.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const { csrf } = (await response.json()) as { csrf: string };
    return { cookie, csrf };
  };

  return {
    url: run.url,
    ingest: run.ingest,
    data,
    pid: run.pid,
    output: () => printed,
    loginLink,
    async api(path, init = {}) {
      session ??= await logIn();
      const response = await fetch(`${run.url}${path}`, {
        method: init.method ?? 'GET',
        headers: {
          cookie: session.cookie,
          'x-tidewatch-csrf': session.csrf,
          ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...init.headers,
        },
        ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
      });
      const body = await response.json();
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${JSON.stringify(body)}`);
      return body;
    },
    async memory() {
      const status = await readFile(`/proc/${run.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
    },
    async kill(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      child.kill(signal);
      const [code] = (await once(child, 'exit')) as [number | null];
      return code;
    },
    async dispose() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      if (!options.config?.includes('models')) await handOn(data);
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** Which of the shipped models this build has tried on this machine, as every data folder keeps it. */
const admitted = 'models.admitted.json';
const handedOn = join(root, 'node_modules/.cache/tidewatch-tests');

/** To try the shipped models takes both cores for seconds: it is done once, and not by every server of the tests. */
async function takeOver(data: string): Promise<void> {
  const [from, to] = [join(handedOn, admitted), join(data, admitted)];
  if (existsSync(from) && !existsSync(to)) await copyFile(from, to);
}

async function handOn(data: string): Promise<void> {
  const from = join(data, admitted);
  if (!existsSync(from)) return;
  await mkdir(handedOn, { recursive: true });
  const partial = join(handedOn, `${admitted}.${process.pid}`);
  await copyFile(from, partial);
  await rename(partial, join(handedOn, admitted));
}

interface RunFile {
  readonly pid: number;
  readonly url: string;
  readonly ingest: string;
  readonly adminToken: string;
}

async function waitForRunFile(path: string, child: ChildProcess, printed: () => string): Promise<RunFile> {
  for (let waited = 0; waited < 60_000; waited += 50) {
    if (child.exitCode !== null)
      throw new Error(`The server ended with exit code ${child.exitCode}:\n${printed()}`);
    if (existsSync(path)) {
      const run = JSON.parse(await readFile(path, 'utf8')) as RunFile;
      if (run.pid === child.pid) return run;
    }
    await setTimeout(50);
  }
  throw new Error(`The server did not start within a minute:\n${printed()}`);
}

interface Health {
  readonly streams: readonly { readonly groups: readonly { readonly records: number }[] }[];
}

/** Resolves when readers of streams have done, and said so, all there is to do. */
export const caughtUp = (server: RunningServer) =>
  eventually(
    () => server.api<Health>('/api/health'),
    ({ streams }) => streams.every(({ groups }) => groups.every(({ records }) => records === 0)),
    60,
  );

/** Asks again until the answer satisfies, for at most `seconds`. */
export async function eventually<T>(
  ask: () => Promise<T>,
  satisfied: (value: T) => boolean,
  seconds = 20,
  everyMs = 100,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await ask();
    if (satisfied(value)) return value;
    if (Date.now() > end)
      throw new Error(`Not within ${seconds} s; last: ${JSON.stringify(value).slice(0, 2_000)}`);
    await setTimeout(everyMs);
  }
}
