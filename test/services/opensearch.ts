import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, open, rename, rm, writeFile } from 'node:fs/promises';
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
  /** Serves under load for minutes: starts in three times the time, then runs as fast as it can (default false). */
  readonly lasting?: boolean;
}

/** Generous: beside other tests on two cores it has taken two minutes. */
const startsWithin = 240_000;

/**
 * Starts OpenSearch from its jars (`node test/services/install.mjs opensearch`) and resolves when it answers, after some
 * 5 s of CPU; the first start on a machine takes 20.
 */
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
  await archiveClasses();
  // Somebody else may take a port between our look and its start.
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const launch = () => launchNode(directory, port, options);
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

function launchNode(
  directory: string,
  port: number,
  options: OpenSearchOptions,
  classes = existsSync(classArchive()) ? [`-XX:SharedArchiveFile=${classArchive()}`] : [],
): ChildProcess {
  const log = openSync(logFile(directory), 'a');
  // The runner numbers its nodes from 1 and adds the number to the port.
  const name = `tidewatch-${randomUUID()}`;
  const flags = ['-numOfNode', '1', '-baseHttpPort', String(port - 1), '-clusterName', name];
  const paths = ['-basePath', directory, '-confPath', join(directory, 'config')];
  // What the better compiler and collector take before they pay off is most of a short test.
  const speed = options.lasting ? [] : ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
  const child = spawn(
    javaProgram('java'),
    [
      ...['-Xms512m', `-Xmx${options.heap ?? '1g'}`, ...speed],
      ...['-Xlog:cds=off', '-Xlog:cds+dynamic=off', ...classes, '-cp', classPath()],
      ...['org.codelibs.opensearch.runner.OpenSearchRunner', ...paths, ...flags],
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

/** Whether it came to serve, it and not somebody else who took the port at the same time. */
async function answers(child: ChildProcess, port: number): Promise<boolean> {
  for (const end = Date.now() + startsWithin; Date.now() < end; await setTimeout(100)) {
    if (child.exitCode !== null || child.signalCode !== null) return false;
    const health = await fetch(`http://127.0.0.1:${port}/_cluster/health?wait_for_status=yellow`).catch(
      () => undefined,
    );
    if (!health?.ok) continue;
    const { cluster_name: name } = (await health.json()) as { cluster_name: string };
    if (child.spawnargs.includes(name)) return true;
    break;
  }
  child.kill('SIGKILL');
  return false;
}

/** In the order that the archive remembers. */
const classPath = (): string =>
  readdirSync(jarFolder('opensearch'))
    .filter((name) => name.endsWith('.jar'))
    .sort()
    .map((name) => join(jarFolder('opensearch'), name))
    .join(':');

/** The classes of a started OpenSearch, loaded and verified: reading them spares each start two thirds of its CPU. */
const classArchive = (): string => join(jarFolder('opensearch'), `classes-${javaVersion(javaHome())}.jsa`);

/**
 * Made once on a machine, by whoever is first, from an OpenSearch that is started for it and ended: one that writes them
 * down while it serves may fall over. Where it can't be done, starts are slower.
 */
async function archiveClasses(): Promise<void> {
  if (existsSync(classArchive())) return;
  const lock = await open(`${classArchive()}.lock`, 'wx').catch(() => undefined);
  if (lock === undefined) return;
  await lock.close();
  const directory = await mkdtemp(join(tmpdir(), 'tidewatch-opensearch-'));
  const file = `${classArchive()}.${process.pid}`;
  await mkdir(join(directory, 'config'));
  await writeFile(join(directory, 'config', 'opensearch.yml'), '');
  const port = await freePort();
  const child = launchNode(directory, port, {}, [`-XX:ArchiveClassesAtExit=${file}`]);
  if (await answers(child, port)) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  if (existsSync(file)) await rename(file, classArchive());
  await rm(directory, { recursive: true, force: true });
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
    const free = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!free) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

const oldestJava = 21;

/** A Java that OpenSearch 3 runs on: `JAVA_HOME`, or the newest under `/usr/lib/jvm`. */
function javaHome(): string {
  const folder = '/usr/lib/jvm';
  const found = [
    ...(process.env.JAVA_HOME === undefined ? [] : [process.env.JAVA_HOME]),
    ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []),
  ]
    .filter((home) => javaVersion(home) >= oldestJava && existsSync(join(home, 'bin/java')))
    .sort((a, b) => javaVersion(b) - javaVersion(a))[0];
  if (found === undefined)
    throw new Error(`OpenSearch needs Java ${oldestJava} or newer: set JAVA_HOME to one.`);
  return found;
}

const javaProgram = (name: string): string => join(javaHome(), 'bin', name);

/** Major version by the `release` file of a Java home; 0 where there is none. */
function javaVersion(home: string): number {
  const file = join(home, 'release');
  if (!existsSync(file)) return 0;
  return Number(/^JAVA_VERSION="(\d+)/m.exec(readFileSync(file, 'utf8'))?.[1] ?? 0);
}
