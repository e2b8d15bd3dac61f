import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { openControlStore, type Role } from '@tidewatch/control';
import { createHealthBoard, createLogger, createMetrics } from '@tidewatch/telemetry';
import type { ApiDeps, SystemStatus } from './deps.ts';
import { createApi } from './index.ts';
import { createLiveHub } from './live.ts';
import { logonEvent, logonMatch, memoryAlerts, memoryEvents, memoryJobs } from './memory.fixture.ts';
import { memoryDesk } from './memory_desk.fixture.ts';
import { memoryDetectors } from './memory_detectors.fixture.ts';
import { memoryExceptions } from './memory_exceptions.fixture.ts';
import { memoryForecasts } from './memory_forecasts.fixture.ts';
import { memoryModels } from './memory_models.fixture.ts';
import { memoryParsers } from './memory_parsers.fixture.ts';
import { memoryRules } from './memory_rules.fixture.ts';
import { memoryUseCases } from './memory_usecases.fixture.ts';

export const start = Date.UTC(2026, 0, 5, 12);
export const adminToken = 'local-admin-token';

const rule = {
  id: 'rule-1',
  title: 'Failed password',
  level: 'high',
  state: 'loaded',
  file: 'rules/failed.yml',
  origin: 'shipped',
  logsource: 'linux/*/sshd',
  tags: ['attack.t1110'],
  matches: 2,
  lastMatch: start,
} as const;

const system: SystemStatus = {
  disk: () => ({
    stores: [],
    intake: { state: 'open' },
    deadLetters: { state: 'open' },
    watermarks: { low: 0.8, high: 0.9 },
  }),
  health: async () => ({
    listeners: [],
    sources: [],
    streams: [],
    rules: { loaded: 1, rejected: 0, flagged: 0, quarantined: 1 },
    plugins: [],
    deadLetters: { total: 0, reasons: [] },
    store: { events: 3, bytes: 10, classes: [], kept: [] },
  }),
};

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Backtests that are over at once, and find nothing. */
function memoryBacktests(): ApiDeps['backtests'] {
  const jobs = new Map<string, ReturnType<ApiDeps['backtests']['start']>>();
  return {
    start({ range, scope }) {
      const id = `backtest-${jobs.size + 1}`;
      const result = { events: 0, rules: [], rejected: [] };
      const times = { createdAt: start, finishedAt: start, ...range };
      const job = { id, by: scope.principal, state: 'done' as const, done: 0, total: 0, result, ...times };
      jobs.set(id, job);
      return job;
    },
    job: (id) => jobs.get(id),
    cancel: (id) => jobs.has(id),
  };
}

/** A running API over small stores, and what a test needs around it. */
export async function startApi(options: Partial<ApiDeps> = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'tidewatch-api-'));
  const logged: string[] = [];
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      logged.push(String(chunk));
      done();
    },
  });
  const time = { now: start };
  const clock = () => time.now;
  const control = openControlStore({
    ...{ file: join(directory, 'control.db'), clock },
    passwordCost: { N: 2 ** 10, r: 8, p: 1 },
  });
  const events = [0, 1, 2].map((i) => logonEvent(start - 1 - i * 60_000));
  const matches = [
    logonMatch(start - 1_000, 'db-1', 1),
    logonMatch(start - 500, 'db-1', 2),
    logonMatch(start - 2_000, 'web-1', 3),
  ];
  const deps: ApiDeps = {
    events: memoryEvents(events),
    alerts: memoryAlerts(matches),
    alertJobs: memoryJobs(),
    control,
    rules: {
      list: async () => [rule],
      get: async (id) => (id === rule.id ? { ...rule, source: 'title: x' } : undefined),
      coverage: async () => ({
        sources: [],
        total: { rules: 0, all: 0, some: 0, none: 0, missing: [], parsed: 0 },
        rejected: 0,
      }),
      release: (id) => id === rule.id,
    },
    ruleDesk: memoryRules(),
    backtests: memoryBacktests(),
    system,
    exceptions: memoryExceptions(),
    useCases: memoryUseCases(),
    parsers: memoryParsers,
    deadLetters: memoryDesk(),
    forecasts: memoryForecasts(start),
    detectors: memoryDetectors(),
    models: memoryModels(),
    archive: { place: 'an empty archive', list: async () => [], restore: async () => [] },
    live: createLiveHub(clock),
    metrics: createMetrics({ process: false }),
    health: createHealthBoard(clock),
    log: createLogger({ destination: sink }),
    consoleDirectory: join(directory, 'out'),
    version: '0.1.0',
    governance: 'evaluation',
    dataClasses: { all: [{ name: 'unapproved', readers: ['viewer'] }] },
    demo: { active: () => true, remove: async () => ({ events: 3, alerts: 2 }) },
    clock,
    adminToken,
    ...options,
  };
  const api = await createApi(deps);

  /** Headers of a browser in which somebody with these roles is logged in. */
  const logIn = async (...roles: Role[]) => {
    const user = roles.join('-');
    await control.createLoginLink({ user: 'admin' });
    await control.users.save({ id: user, name: user, roles });
    const { token } = await control.createLoginLink({ user });
    const redeemed = await control.redeem(token);
    if (!redeemed.ok) throw redeemed.error;
    const port = api.address === undefined ? '' : `_${new URL(api.address).port}`;
    return {
      cookie: `tidewatch_session${port}=${redeemed.token}`,
      'x-tidewatch-csrf': redeemed.session.csrf,
      origin: 'http://localhost:8420',
      host: 'localhost:8420',
    };
  };
  return {
    api,
    deps,
    control,
    directory,
    events,
    logged,
    time,
    logIn,
    /** @param path below `/api` */
    async ask(method: Method, path: string, body: object | undefined, headers: Record<string, string>) {
      const payload = body === undefined ? {} : { payload: body };
      const answer = await api.inject({ method, url: `/api${path}`, headers, ...payload });
      const { statusCode: status, body: text, headers: said } = answer;
      return { status, text, json: () => answer.json(), headers: said };
    },
    audit: async () => (await control.audit.read({ limit: 100 })).items,
    stop: async () => {
      await api.close();
      await control.close();
      rmSync(directory, { recursive: true });
    },
  };
}

export type TestApi = Awaited<ReturnType<typeof startApi>>;
