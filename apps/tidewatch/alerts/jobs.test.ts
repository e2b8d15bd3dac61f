import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventMatch } from '@tidewatch/event';
import { parseKql } from '@tidewatch/query';
import { type AlertJob, type AlertStore, parseDataClasses, storeErrors } from '@tidewatch/store';
import { type DuckDbStore, openDuckDbStore } from '@tidewatch/store/duckdb';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type AlertJobs, type AlertJobsDeps, createAlertJobs } from './jobs.ts';

const now = Date.UTC(2026, 0, 5, 12);
const range = { from: 0, to: now + 1 };
const scope = { principal: 'ann', dataClasses: 'all' } as const;
const close = { action: 'close', reason: 'duplicate' } as const;
const classes = parseDataClasses(`
classes: { web: { description: web, ttl: 7d, readers: [analyst] } }
approvals: []
`);
/** Some more than two parts. */
const alerts = 620;

let directory: string;
let store: DuckDbStore;
let finished: AlertJob[];
const running: AlertJobs[] = [];

const matchAt = (number: number): EventMatch => ({
  id: `m${number}`,
  detector: { engine: 'sigma', id: `rule ${number % 10}`, title: 'Knock', level: 'low' },
  key: [{ field: 'host.name', value: `h${number}` }],
  time: now,
  position: { partition: 0, offset: number },
  bucketMs: 3_600_000,
  dataClass: 'web',
  event: {
    '@timestamp': new Date(now).toISOString(),
    event: { id: `e${number}`, ingested: new Date(now).toISOString(), dataset: 'web' },
    tidewatch: { source: 's', data_class: 'web' },
  },
  explanation: { engine: 'sigma', condition: 'selection', items: [], absent: [] },
});

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-alert-jobs-'));
  store = await openDuckDbStore({ directory, classes });
  await store.alerts.apply(Array.from({ length: alerts }, (_, i) => matchAt(i)));
  finished = [];
});
afterEach(async () => {
  for (const jobs of running.splice(0)) await jobs.close();
  await store.close();
  await rm(directory, { recursive: true });
});

function openJobs(more: Partial<AlertJobsDeps> = {}): AlertJobs {
  const jobs = createAlertJobs({
    alerts: store.alerts,
    alone: true,
    onFinished: async (job) => finished.push(job),
    log: { warn: () => {} },
    partSize: 250,
    ...more,
  });
  running.push(jobs);
  return jobs;
}

/** The alert store, with something done before a job's part is worked on. */
const before = (step: (part: number) => unknown): AlertStore => {
  let parts = 0;
  const { jobs } = store.alerts;
  const work: typeof jobs.work = async (part) => {
    await step(parts++);
    return jobs.work(part);
  };
  return { ...store.alerts, jobs: { ...jobs, work } };
};

const filter = (text = '') => {
  const parsed = parseKql(text);
  return { text, range, ...(text !== '' && parsed.ok ? { query: parsed.ast } : {}) };
};
const ended = async (jobs: AlertJobs, { id }: AlertJob): Promise<AlertJob> =>
  expect
    .poll(async () => (await jobs.get(id))?.finishedAt, { timeout: 20_000 })
    .toEqual(expect.any(Number))
    .then(async () => (await jobs.get(id)) as AlertJob);
const closed = async () =>
  (await store.alerts.totals({ range }, scope)).find(({ status }) => status === 'closed')?.count ?? 0;
const job = async (outcome: Promise<AlertJob | 'unknown' | 'refused'>): Promise<AlertJob> => {
  const found = await outcome;
  if (typeof found === 'string') throw new Error(found);
  return found;
};

it('changes what a query finds, says how it went, and takes it back', async () => {
  const jobs = openJobs();
  const begun = await jobs.start({
    filter: filter('rule.id: "rule 3"'),
    action: close,
    scope,
    why: 'a drill',
  });
  expect(begun).toMatchObject({ state: 'selecting', by: 'ann', why: 'a drill', query: 'rule.id: "rule 3"' });
  const done = await ended(jobs, begun);
  expect(done).toMatchObject({ state: 'done', total: 62, done: 62, changed: 62, same: 0, conflicts: 0 });
  expect(await closed()).toBe(62);
  const again = await ended(
    jobs,
    await jobs.start({ filter: filter('rule.id: "rule 3"'), action: close, scope }),
  );
  expect(again).toMatchObject({ changed: 0, same: 62 });

  const [mine] = (await store.alerts.search({ ...filter('status: closed'), sort: 'newest', limit: 1 }, scope))
    .items;
  await store.alerts.change(
    [{ id: mine?.id as string }],
    { action: 'note', note: 'no drill' },
    { principal: 'ben', dataClasses: 'all' },
  );
  const undone = await ended(jobs, await job(jobs.undo(begun.id, 'cleo')));
  expect(undone).toMatchObject({ state: 'done', by: 'cleo', changed: 61, conflicts: 1 });
  expect(await closed()).toBe(1);
  // Whoever asks again, as the answer was lost, is answered what there is.
  expect(await jobs.undo(begun.id, 'cleo')).toEqual(undone);
  expect(await jobs.undo(undone.id, 'cleo')).toBe('refused');
  expect(await jobs.undo('no such', 'cleo')).toBe('unknown');
  expect(finished.map(({ state, changed }) => [state, changed])).toEqual([
    ['done', 62],
    ['done', 0],
    ['done', 61],
  ]);
  expect((await jobs.list()).map(({ id }) => id)).toContain(again.id);
});

it('is begun once, however often it is asked for with the same id', async () => {
  const jobs = openJobs();
  const ask = () =>
    jobs.start({
      filter: filter('rule.id: "rule 3"'),
      action: { action: 'assign', to: 'ben' },
      scope,
      id: 'j-1',
    });
  const begun = await ask();
  expect(await ask()).toMatchObject({ id: begun.id, createdAt: begun.createdAt });
  expect(await ended(jobs, begun)).toMatchObject({ changed: 62 });
  expect(await ask()).toMatchObject({ state: 'done', changed: 62 });
  expect(finished).toHaveLength(1);
  const { items } = await store.alerts.search(
    { ...filter('assignee: ben'), sort: 'newest', limit: 100 },
    scope,
  );
  expect(new Set(items.map(({ status, history }) => `${status} ${history.length}`))).toEqual(
    new Set(['open 2']),
  );
});

it('ends after the part in hand where it is cancelled, and what was done can be undone', async () => {
  const jobs: AlertJobs = openJobs({
    alerts: before(async (part) => {
      if (part === 1) await jobs.cancel(begun.id);
    }),
  });
  const begun = await jobs.start({ filter: filter(), action: close, scope });
  const waiting = await jobs.start({ filter: filter(), action: { action: 'reopen' }, scope });
  expect(await job(jobs.cancel(waiting.id))).toMatchObject({ state: 'cancelling' });
  expect(await ended(jobs, begun)).toMatchObject({
    state: 'cancelled',
    total: alerts,
    done: 500,
    changed: 500,
  });
  expect(await ended(jobs, waiting)).toMatchObject({ state: 'cancelled', done: 0 });
  expect(await closed()).toBe(500);
  expect(await jobs.cancel(begun.id)).toBe('refused');
  expect(await ended(jobs, await job(jobs.undo(begun.id, 'ann')))).toMatchObject({ changed: 500, same: 120 });
  expect(await closed()).toBe(0);
});

it('tells once of a job that is cancelled when it has just ended', async () => {
  const jobs: AlertJobs = openJobs({
    onFinished: async (job) => {
      finished.push(job);
      await jobs.cancel(job.id);
    },
  });
  const begun = await jobs.start({ filter: filter('rule.id: "rule 3"'), action: close, scope });
  expect(await ended(jobs, begun)).toMatchObject({ state: 'done', changed: 62 });
  await jobs.takeUp();
  expect(finished).toMatchObject([{ state: 'done', changed: 62 }]);
});

it('keeps a job its own for as long as the choice takes, and hears that it is cancelled', async () => {
  const { jobs: kept } = store.alerts;
  const leaseMs = 60;
  const choose: typeof kept.choose = async (id, ...rest) => {
    if (id !== begun.id) throw storeErrors.QUERY_TIMED_OUT({ what: 'a query' });
    const lease = async () => (await kept.get(id))?.leasedUntil;
    await expect.poll(lease, { timeout: 20_000 }).toBeGreaterThan(begun.leasedUntil + leaseMs);
    await jobs.cancel(id);
    return kept.choose(id, ...rest);
  };
  const jobs: AlertJobs = openJobs({ alerts: { ...store.alerts, jobs: { ...kept, choose } }, leaseMs });
  const begun = await jobs.start({ filter: filter(), action: close, scope });
  const endless = await jobs.start({ filter: filter(), action: close, scope });
  expect(await ended(jobs, begun)).toMatchObject({ state: 'cancelled', total: alerts, done: 0 });
  expect(await ended(jobs, endless)).toMatchObject({
    state: 'failed',
    detail: expect.stringContaining('did not finish'),
  });
});

it('goes on where a stop, or a crash, cut it off', async () => {
  let stopping: { readonly end: Promise<void> } | undefined;
  const first: AlertJobs = openJobs({
    alerts: before((part) => {
      if (part === 1) stopping = { end: first.close() };
    }),
  });
  const begun = await first.start({ filter: filter(), action: close, scope });
  await expect.poll(() => stopping !== undefined, { timeout: 10_000 }).toBe(true);
  await stopping?.end;
  expect(await first.get(begun.id)).toMatchObject({ state: 'running', done: 500, leasedUntil: 0 });
  // As if the third part had been written, and nobody told.
  const part = await store.alerts.jobs.chosen(begun.id, 500, 250);
  await store.alerts.jobs.work({ job: begun, alerts: part });
  await store.close();
  store = await openDuckDbStore({ directory, classes });
  const second = openJobs();
  await second.takeUp();
  expect(await ended(second, begun)).toMatchObject({
    state: 'done',
    done: alerts,
    changed: alerts,
    conflicts: 0,
  });
  const { items } = await store.alerts.search({ range, sort: 'newest', limit: 1_000 }, scope);
  expect(items.every(({ history }) => history.length === 2)).toBe(true);
});

it('leaves jobs of others alone while they keep them, and what was not chosen for good', async () => {
  const task = { verb: 'change', action: close } as const;
  const base: AlertJob = {
    ...{ id: 'theirs', task, by: 'ann', query: '', range, state: 'running', total: 0, done: 0 },
    ...{ changed: 0, same: 0, conflicts: 0, gone: 0, createdAt: 1, updatedAt: 1, revision: 1 },
    leasedUntil: Date.now() + 60_000,
  };
  await store.alerts.jobs.save(base);
  await store.alerts.jobs.save({ ...base, id: 'unchosen', state: 'selecting', leasedUntil: 0 });
  await store.alerts.jobs.save({ ...base, id: 'left', leasedUntil: 0 });
  const jobs = openJobs({ alone: false });
  await jobs.takeUp();
  expect(await ended(jobs, { ...base, id: 'left' })).toMatchObject({ state: 'done' });
  expect(await jobs.get('unchosen')).toMatchObject({
    state: 'failed',
    detail: expect.stringContaining('nothing was changed'),
  });
  expect(await jobs.get('theirs')).toEqual(base);
});

it('waits for a store that is busy, and says why where it cannot go on', async () => {
  const busy = { url: 'x', what: 'alerts', status: 429, problem: 'full' };
  const jobs = openJobs({
    alerts: before((part) => {
      if (part === 0) throw storeErrors.OPENSEARCH_BUSY(busy);
      if (part === 3) throw new Error('no space left');
    }),
  });
  expect(await ended(jobs, await jobs.start({ filter: filter(), action: close, scope }))).toMatchObject({
    ...{ state: 'failed', done: 500, changed: 500, detail: 'no space left' },
  });
  expect(finished).toMatchObject([{ state: 'failed' }]);
});
