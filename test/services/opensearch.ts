import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { jarFolder } from './install.mjs';

/** An OpenSearch of one node, on a port and a folder of its own. It has no security plugin and no ISM. */
export interface RunningOpenSearch {
  /** `http://127.0.0.1:<port>`, the same after a restart. */
  readonly url: string;
  readonly pid: number;
  /** Resolves when the process is gone. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Starts it again on the same data and port, after {@link kill}; resolves when it answers. */
  restart(): Promise<void>;
  /** Ends it and deletes its data. */
  stop(): Promise<void>;
}

export interface OpenSearchOptions {
  /** Lines for its `opensearch.yml`. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** Largest heap, as Java writes it (default `1g`). */
  readonly heap?: string;
}

/** Generous: beside other tests on two cores it has taken two minutes. */
const startsWithin = 240_000;

/** Starts OpenSearch from its jars (`node test/services/install.mjs opensearch`) and resolves when it answers, in some 15 s. */
export async function startOpenSearch(options: OpenSearchOptions = {}): Promise<RunningOpenSearch> {
  const directory = await mkdtemp(join(tmpdir(), 'tidewatch-opensearch-'));
  const config = join(directory, 'config');
  await mkdir(config);
  // A disk that is nearly full, as test machines' are, would turn indices read-only.
  const settings = { 'cluster.routing.allocation.disk.threshold_enabled': false, ...options.settings };
  await writeFile(
    join(config, 'opensearch.yml'),
    Object.entries(settings)
      .map(([name, value]) => `${name}: ${value}\n`)
      .join(''),
  );
  // Somebody else may take a port between our look and its start.
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const launch = () => launchNode(directory, port, options.heap ?? '1g');
    const child = launch();
    if (await answers(child, port)) return running(directory, port, child, launch);
    if (attempt === 3) throw await failure(directory);
  }
}

function running(
  directory: string,
  port: number,
  first: ChildProcess,
  launch: () => ChildProcess,
): RunningOpenSearch {
  let child = first;
  const kill = async (signal: 'SIGKILL' | 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  return {
    url: `http://127.0.0.1:${port}`,
    get pid() {
      return child.pid ?? 0;
    },
    kill,
    async restart() {
      await kill('SIGTERM');
      child = launch();
      if (!(await answers(child, port))) throw await failure(directory);
    },
    async stop() {
      await kill('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function launchNode(directory: string, port: number, heap: string): ChildProcess {
  const log = openSync(logFile(directory), 'a');
  // The runner numbers its nodes from 1 and adds the number to the port.
  const flags = ['-numOfNode', '1', '-baseHttpPort', String(port - 1), '-clusterName', `tidewatch-${port}`];
  const paths = ['-basePath', directory, '-confPath', join(directory, 'config')];
  const child = spawn(
    java(),
    [
      '-Xms512m',
      `-Xmx${heap}`,
      '-cp',
      join(jarFolder('opensearch'), '*'),
      'org.codelibs.opensearch.runner.OpenSearchRunner',
      ...paths,
      ...flags,
    ],
    { cwd: directory, stdio: ['ignore', log, log] },
  );
  closeSync(log);
  // A test that fails must not leave a gigabyte of Java behind.
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  return child;
}

async function answers(child: ChildProcess, port: number): Promise<boolean> {
  for (const end = Date.now() + startsWithin; Date.now() < end; await setTimeout(100)) {
    if (child.exitCode !== null || child.signalCode !== null) return false;
    const health = await fetch(`http://127.0.0.1:${port}/_cluster/health?wait_for_status=yellow`).catch(
      () => undefined,
    );
    if (health?.ok) return true;
  }
  child.kill('SIGKILL');
  return false;
}

const logFile = (directory: string) => join(directory, 'output.log');

async function failure(directory: string): Promise<Error> {
  const printed = readFileSync(logFile(directory), 'utf8');
  await rm(directory, { recursive: true, force: true });
  return new Error(`OpenSearch did not start:\n${printed.slice(-4_000)}`);
}

/** The runner refuses HTTP ports above 9299. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(9201, 9300);
    const server = createServer().listen(port, '127.0.0.1');
    const free = await Promise.race([
      once(server, 'listening').then(() => true),
      once(server, 'error').then(() => false),
    ]);
    if (!free) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

const oldestJava = 21;

/** A Java that OpenSearch 3 runs on: `JAVA_HOME`, or the newest under `/usr/lib/jvm`. */
function java(): string {
  const folder = '/usr/lib/jvm';
  const homes = [
    ...(process.env.JAVA_HOME === undefined ? [] : [process.env.JAVA_HOME]),
    ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []),
  ];
  const found = homes
    .map((home) => ({ program: join(home, 'bin/java'), version: javaVersion(home) }))
    .filter(({ version, program }) => version >= oldestJava && existsSync(program))
    .sort((a, b) => b.version - a.version)[0];
  if (found === undefined)
    throw new Error(`OpenSearch needs Java ${oldestJava} or newer: set JAVA_HOME to one.`);
  return found.program;
}

/** Major version by the `release` file of a Java home; 0 where there is none. */
function javaVersion(home: string): number {
  const file = join(home, 'release');
  if (!existsSync(file)) return 0;
  return Number(/^JAVA_VERSION="(\d+)/m.exec(readFileSync(file, 'utf8'))?.[1] ?? 0);
}
