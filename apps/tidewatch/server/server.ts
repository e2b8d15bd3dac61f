import { randomBytes } from 'node:crypto';
import type { ParserSet } from '@tidewatch/normalize';
import type { Config, Role } from '../config/schema.ts';
import { startErrors } from '../errors.ts';
import { databasesOf } from './adapters.ts';
import { startDiskControl } from './disk/disk_control.ts';
import { watchGovernance } from './governance/governance_watch.ts';
import { startHousekeeping } from './housekeeping.ts';
import { createReload } from './reload.ts';
import {
  openIngestRole,
  startApiRole,
  startDetectorRole,
  startForecasterRole,
  startIndexRole,
  startIngestRole,
  startProbes,
} from './roles.ts';
import { removeRunFile, writeRunFile } from './run_file.ts';
import { openRuntime, type Runtime, type ServerOptions } from './runtime.ts';

export interface Server {
  readonly loginUrl: string | undefined;
  readonly parts: Runtime['parts'];
  /** In force at the end of the start. */
  readonly parsers: ParserSet | undefined;
  /** From the start until it was ready. */
  readonly seconds: number;
  /** Brings a newly read configuration into force; what that can't do is logged. */
  reload(config: Config): Promise<void>;
  /** Stops the inputs, lets the readers finish, commits and closes. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts the roles of one process, from the readers' end to the senders': what is taken finds everybody at their place.
 * Rejects with a typed error that says what to do; what had been opened is closed again.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const closing: (() => unknown)[] = [];
  let closed: Promise<void> | undefined;
  let runtime: Runtime | undefined;
  const close = () => {
    closed ??= (async () => {
      // Balancers send nothing more while what is under way is finished.
      if (runtime !== undefined) for (const role of runtime.config.roles) runtime.health.set(role, 'stopped');
      for (const one of closing) await one();
    })();
    return closed;
  };
  try {
    runtime = await openRuntime(options, (one) => closing.unshift(one));
    return { ...(await startRoles(runtime)), close };
  } catch (error) {
    await close().catch((closing: Error) =>
      options.log.error({ reason: closing.message }, 'Not everything closed'),
    );
    const { code = '' } = error as NodeJS.ErrnoException;
    const { data } = options.config;
    throw ['ENOSPC', 'SQLITE_FULL'].includes(code) ? startErrors.DISK_FULL({ directory: data }) : error;
  }
}

async function startRoles(runtime: Runtime): Promise<Omit<Server, 'close'>> {
  const { config, options, parts, started } = runtime;
  const has = (role: Role) => config.roles.includes(role);

  if (has('index')) await startIndexRole(runtime);
  // Each waits for threads of its own; meanwhile the code is read that comes next.
  await Promise.all([
    has('detector') && startDetectorRole(runtime),
    has('scorer') && startScoring(runtime),
    has('api') && import('@tidewatch/api'),
  ]);
  const governance = await watchGovernance(runtime);
  parts.governanceWatch = governance;
  runtime.onClose(() => governance.close());
  runtime.onClose(startHousekeeping(runtime));
  parts.disk = await startDiskControl(runtime);
  // It measures what is there by now: before, there is nothing to expect anything of.
  if (has('forecaster')) await startForecasterRole(runtime);
  const accept = has('ingest') ? await openIngestRole(runtime) : undefined;
  const adminToken = randomBytes(32).toString('base64url');
  const url = has('api') ? await startApiRole(runtime, adminToken) : await startProbes(runtime);
  if (accept !== undefined) await startIngestRole(runtime, accept);

  const ingest = parts.inputs.find(({ name }) => name === 'http')?.input.listeners()[0]?.address;
  await writeRunFile(config.data, {
    pid: process.pid,
    url,
    ...(ingest === undefined ? {} : { ingest }),
    adminToken,
  });
  runtime.onClose(() => removeRunFile(config.data));
  if (options.demo) await parts.demonstration?.play();
  const seconds = (performance.now() - started) / 1000;
  for (const tell of runtime.onReady) tell();
  return {
    parts,
    parsers: runtime.parsers?.current(),
    seconds,
    loginUrl: has('api') ? await firstLogin(runtime, url) : undefined,
    reload: createReload(runtime, accept),
  };
}

async function startScoring(runtime: Runtime): Promise<void> {
  const [{ startScorerRole }, { startAnomalyRole }] = await Promise.all([
    import('./models/scorer_role.ts'),
    import('./detectors/anomaly_role.ts'),
  ]);
  await startScorerRole(runtime);
  await startAnomalyRole(runtime);
}

async function firstLogin({ adapters }: Runtime, url: string): Promise<string> {
  const { loginUrl } = await import('@tidewatch/api');
  const { token } = await databasesOf(adapters).control.createLoginLink({ user: 'admin' });
  return loginUrl(url, token);
}
