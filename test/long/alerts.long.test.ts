import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type EventMatch, levels } from '@tidewatch/event';
import { parseKql } from '@tidewatch/query';
import { type AlertJob, type AlertStore, parseDataClasses } from '@tidewatch/store';
import { openDuckDbStore } from '@tidewatch/store/duckdb';
import { connectOpenSearch, createAlertStore, openSearchConfig } from '@tidewatch/store/opensearch';
import { describe, expect, it } from 'vitest';
import { createAlertJobs } from '../../apps/tidewatch/alerts/jobs.ts';
import { installAlertIndices } from '../../libs/store/opensearch/alert_index.ts';
import { has } from '../require.ts';
import { startOpenSearch } from '../services/opensearch.ts';

const alerts = 100_000;
const rules = 50;
const batch = 2_000;
const hour = 3_600_000;
const start = Date.UTC(2026, 0, 5);
const range = { from: start, to: start + 100 * hour };
const scope = { principal: 'ann', dataClasses: 'all' } as const;
const close = { action: 'close', reason: 'expected_activity' } as const;
const classes = parseDataClasses(`
classes: { web: { description: web, ttl: 7d, readers: [analyst] } }
approvals: []
`);
const kql = (text: string) => {
  const parsed = parseKql(text);
  if (!parsed.ok) throw parsed.error;
  return parsed.ast;
};

/** Every one opens an alert; the event is of some 1.5 KB. */
function matchAt(number: number): EventMatch {
  const time = start + (number % 90) * hour + Math.floor(number / 90);
  const host = `host-${number % 1_000}`;
  return {
    id: `m${number}`,
    detector: {
      engine: 'sigma',
      id: `rule-${number % rules}`,
      title: `Rule ${number % rules}`,
      level: levels[number % levels.length] ?? 'low',
    },
    key: [
      { field: 'host.name', value: host },
      { field: 'user.name', value: `user-${number}` },
    ],
    time,
    position: { partition: 0, offset: number },
    bucketMs: hour,
    dataClass: 'web',
    event: {
      '@timestamp': new Date(time).toISOString(),
      event: {
        id: `e${number}`,
        ingested: new Date(time).toISOString(),
        dataset: 'web',
        action: `a${number % 7}`,
      },
      tidewatch: { source: 's', data_class: 'web' },
      host: { name: host, os: { type: 'linux' } },
      source: { ip: `10.${number % 200}.1.${number % 250}`, port: number % 60_000 },
      process: { command_line: `curl -s http://198.51.100.7/${number} ${'x'.repeat(1_000)}`, pid: number },
    },
    explanation: { engine: 'sigma', condition: 'selection', items: [], absent: [] },
  };
}

/** Seconds of CPU that a step may take in DuckDB and in OpenSearch: some four times what it does. */
const most = {
  load: [100, 400],
  count: [1, 3],
  'first page of 100': [1, 3],
  'filtered page': [1, 3],
  words: [1, 3],
  totals: [1, 3],
  histogram: [1, 3],
  '50 groups': [1, 5],
  '100,000 groups of three fields': [3, 40],
  'all pages of 1,000': [35, 120],
  confirming: [1, 3],
  'closing 60,000': [80, 500],
  'undoing 60,000': [100, 500],
} as const;

interface Opened {
  readonly store: AlertStore;
  /** CPU time used so far, seconds: of this process, and of the node where there is one. */
  readonly cpu: () => Promise<number>;
  readonly close: () => Promise<void>;
}

async function embedded(): Promise<Opened> {
  const directory = await mkdtemp(join(tmpdir(), 'tidewatch-alerts-'));
  const store = await openDuckDbStore({ directory, classes });
  return {
    store: store.alerts,
    cpu: async () => ownCpu(),
    async close() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}

async function clustered(): Promise<Opened> {
  const server = await startOpenSearch({ lasting: true });
  const connection = await connectOpenSearch(openSearchConfig.parse({ nodes: [server.url] }));
  await installAlertIndices({ connection, dryRun: false });
  return {
    store: createAlertStore({ connection, classes }),
    cpu: async () => ownCpu() + (await cpuOf(server.pid)),
    async close() {
      await connection.close();
      await server.stop();
    },
  };
}

function ownCpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Of a process and its ended children, in hundredths of a second (proc(5), fields 14 to 17). */
async function cpuOf(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
}

const adapters: readonly (readonly [string, () => Promise<Opened>])[] = [
  ['DuckDB', embedded],
  ...(has('opensearch') ? ([['OpenSearch', clustered]] as const) : []),
];

describe.each(adapters)('100,000 alerts in %s', (name, open) => {
  it('are listed, grouped, changed and confirmed at ease', { timeout: 1_800_000 }, async () => {
    const { store, cpu, close: done } = await open();
    const figures: string[] = [];
    const loop = monitorEventLoopDelay({ resolution: 5 });
    async function measured<T>(what: keyof typeof most, work: () => Promise<T>): Promise<T> {
      loop.reset();
      loop.enable();
      const [before, began] = [await cpu(), performance.now()];
      const result = await work();
      const [used, took] = [(await cpu()) - before, performance.now() - began];
      loop.disable();
      const blocked = Math.round(loop.max / 1e6);
      const rss = Math.round(process.memoryUsage.rss() / 2 ** 20);
      figures.push(
        `${what}: ${used.toFixed(2)} s CPU, ${Math.round(took)} ms, loop ${blocked} ms, ${rss} MB`,
      );
      expect(used, what).toBeLessThan(most[what][name === 'DuckDB' ? 0 : 1]);
      return result;
    }
    const page = (after?: string) =>
      store.search({ range, sort: 'newest', limit: 1_000, ...(after && { after }) }, scope);
    const jobs = createAlertJobs({ alerts: store, alone: true, onFinished: async () => {}, log: console });
    const end = async ({ id }: AlertJob): Promise<AlertJob> => {
      for (;;) {
        const job = await jobs.get(id);
        if (job?.finishedAt !== undefined) return job;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    try {
      await measured('load', async () => {
        for (let at = 0; at < alerts; at += batch)
          await store.apply(Array.from({ length: batch }, (_, i) => matchAt(at + i)));
      });
      const idle = process.memoryUsage.rss();
      expect(await measured('count', () => store.count({ range }, scope))).toBe(alerts);
      const first = await measured('first page of 100', () =>
        store.search({ range, sort: 'severity', limit: 100 }, scope),
      );
      expect(first.items).toHaveLength(100);
      const query = kql('host.name: host-7* and source.port >= 1000');
      await measured('filtered page', () =>
        store.search({ query, range, sort: 'newest', limit: 100 }, scope),
      );
      await measured('words', () =>
        store.search({ query: kql('curl'), range, sort: 'newest', limit: 100 }, scope),
      );
      await measured('totals', () => store.totals({ range }, scope));
      const histogram = await measured('histogram', () =>
        store.histogram({ range, stepMs: hour, split: 'level' }, scope),
      );
      expect(histogram.reduce((sum, { count }) => sum + count, 0)).toBe(alerts);
      const groups = await measured('50 groups', () =>
        store.groups({ by: ['rule.id'], range, sort: 'count', limit: 50 }, scope),
      );
      expect(groups).toMatchObject({ total: rules, items: { length: rules } });
      const many = await measured('100,000 groups of three fields', () =>
        store.groups({ by: ['rule.id', 'user.name', 'source.ip'], range, sort: 'newest', limit: 50 }, scope),
      );
      expect(many.total).toBe(alerts);
      await measured('all pages of 1,000', async () => {
        const seen = new Set<string>();
        let next: string | undefined;
        do {
          const found = await page(next);
          for (const { id } of found.items) seen.add(id);
          next = found.next;
        } while (next !== undefined);
        expect(seen.size).toBe(alerts);
      });
      const watermark = start + 60 * hour;
      expect(await measured('confirming', () => store.confirmUpTo(watermark, 'sigma'))).toBeGreaterThan(
        60_000,
      );
      const text = `rule.id: (${Array.from({ length: 30 }, (_, i) => `rule-${i}`).join(' or ')})`;
      const filter = { text, query: kql(text), range };
      const job = await measured('closing 60,000', async () =>
        end(await jobs.start({ filter, action: close, scope })),
      );
      expect(job).toMatchObject({ state: 'done', total: 60_000, changed: 60_000 });
      const undo = await measured('undoing 60,000', async () => {
        const undoing = await jobs.undo(job.id, 'ann');
        return typeof undoing === 'string' ? undefined : end(undoing);
      });
      expect(undo).toMatchObject({ state: 'done', changed: 60_000 });
      expect(await store.count({ query: kql('status: open'), range }, scope)).toBe(alerts);
      expect(process.memoryUsage.rss() - idle).toBeLessThan(300 * 2 ** 20);
    } finally {
      console.info(`100,000 alerts in ${name}\n  ${figures.join('\n  ')}`);
      await jobs.close();
      await done();
    }
  });
});
