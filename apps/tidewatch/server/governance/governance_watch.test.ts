import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEntry } from '@tidewatch/control';
import type { RuleSources } from '@tidewatch/detector';
import { inputs } from '@tidewatch/inputs';
import { liveDataClasses, loadDataClasses } from '@tidewatch/store';
import { type DuckDbStore, openDuckDbStore } from '@tidewatch/store/duckdb';
import { createHealthBoard, createLogger } from '@tidewatch/telemetry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { configSchema } from '../../config/schema.ts';
import type { Runtime } from '../runtime.ts';
import { loadGovernance } from './governance.ts';
import { type GovernanceWatch, watchGovernance } from './governance_watch.ts';

const classesText = (ttl = '30d', approved = '30d') => `classes:
  web: { description: Requests, ttl: ${ttl}, readers: [analyst] }
approvals:
  - { class: web, ttl: ${approved}, by: desk, on: 2026-01-01, until: 2026-12-31 }
`;
const useCaseText = (changes: { reviewBy?: string; at?: string; title?: string } = {}) => `name: attacks
${changes.title ?? 'title: Attacks on web servers'}
purpose: Find out when somebody searches a server for weaknesses.
legal_basis: Legitimate interest
data: [{ dataset: nginx.access, class: web }]
fields: [url.path]
rules: [rules/web/**]
stakeholders: [web team]
review_by: ${changes.reviewBy ?? '2026-11-30'}
approvals: ${changes.at === undefined ? '[]' : `[{ role: privacy_officer, by: desk, at: ${changes.at} }]`}
`;

let directory: string;
let runtime: Runtime;
let watch: GovernanceWatch;
let asked: RuleSources[];
let audited: AuditEntry[];
let closeStore: () => Promise<void>;
let refuseRules: boolean;

const put = (name: string, text: string) => writeFile(join(directory, name), text);
const classify = () => runtime.governance.classify('web1', 'nginx.access');
const only = () => asked.at(-1)?.only;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-22T12:00:00Z') });
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-governance-'));
  await mkdir(join(directory, 'usecases'));
  await put('classes.yml', classesText());
  await put('usecases/attacks.yml', useCaseText({ at: '2026-01-01' }));
  [asked, audited, refuseRules] = [[], [], false];
});
afterEach(async () => {
  await watch.close();
  await closeStore();
  vi.useRealTimers();
  await rm(directory, { recursive: true });
});

async function start(): Promise<void> {
  const config = {
    ...configSchema(inputs).parse({ governance: 'enforced', usecases: join(directory, 'usecases') }),
    ...{ classes: join(directory, 'classes.yml'), data: join(directory, 'data') },
  };
  const classes = liveDataClasses(await loadDataClasses(config.classes));
  const store = await openDuckDbStore({ directory: join(directory, 'data/store'), classes });
  closeStore = store.close;
  runtime = {
    config,
    options: { demo: false, root: directory },
    log: createLogger({ level: 'silent' }),
    health: createHealthBoard(),
    classes,
    governance: await loadGovernance({ config, demo: false, holding: async () => [] }),
    adapters: { store, audit: async (entry: AuditEntry) => void audited.push(entry) },
    parts: {
      inputs: [],
      detector: {
        async reload(sources: RuleSources) {
          if (refuseRules) throw new Error('not this time');
          asked.push(sources);
        },
      },
    },
  } as unknown as Runtime;
  watch = await watchGovernance(runtime);
}

const health = () => runtime.health.list().find(({ name }) => name === 'governance');

describe('a running server', () => {
  it('stops sources and rules of an approval that runs out, and begins with the day of one', async () => {
    await put('usecases/attacks.yml', useCaseText({ at: '2026-11-24', reviewBy: '2026-11-25' }));
    await start();
    expect(classify()).toHaveProperty('refused');
    for (const [time, may] of [
      ['2026-11-24T00:00:00Z', true],
      ['2026-11-25T23:59:59Z', true],
      ['2026-11-26T00:00:00Z', false],
      // The clock was wrong, and was set back.
      ['2026-11-25T08:00:00Z', true],
    ] as const) {
      vi.setSystemTime(Date.parse(time));
      await watch.look();
      expect('dataClass' in classify(), time).toBe(may);
      expect(only()?.length, time).toBe(may ? 1 : 0);
    }
    expect(audited.map(({ target, detail }) => [target, detail])).toContainEqual([
      'use-case attacks',
      { from: 'is in force', to: 'is approved up to 2026-11-25 only (usecases/attacks.yml:9)' },
    ]);
  });

  it('tries again to stop rules where that failed', async () => {
    await start();
    refuseRules = true;
    vi.setSystemTime(Date.parse('2026-12-01T00:00:00Z'));
    await expect(watch.look()).rejects.toThrow('not this time');
    expect(classify()).toHaveProperty('refused');
    refuseRules = false;
    await watch.look();
    expect(only()).toEqual([]);
  });

  it('takes files that come, change and go by itself', async () => {
    await start();
    expect(classify()).toEqual({ dataClass: 'web' });
    await put('usecases/attacks.yml', useCaseText());
    await vi.waitFor(() => expect(only()).toEqual([]), { timeout: 5_000, interval: 20 });
    expect(classify()).toEqual({
      refused: expect.stringContaining('has not been approved (usecases/attacks.yml:10)'),
    });
    await put('usecases/attacks.yml', useCaseText({ at: '2026-11-22' }));
    await vi.waitFor(() => expect(only()).toHaveLength(1), { timeout: 5_000, interval: 20 });
    await rm(join(directory, 'usecases/attacks.yml'));
    await vi.waitFor(() => expect(classify()).toHaveProperty('refused'), { timeout: 5_000, interval: 20 });
  });

  it('goes on with what it has where a file has a fault, and says where', async () => {
    await start();
    await put('usecases/attacks.yml', useCaseText({ at: '2026-01-01', title: 'titel: x' }));
    await put('classes.yml', classesText().replace('ttl: 30d', 'ttl: 30'));
    await watch.look();
    expect(classify()).toEqual({ dataClass: 'web' });
    expect(runtime.classes.get('web')?.ttl).toBe('30d');
    expect(health()).toMatchObject({ state: 'degraded' });
    expect(health()?.detail).toContain('usecases/attacks.yml:2: titel: unknown key; did you mean "title"?');
    expect(health()?.detail).toMatch(
      /classes\.yml:2: classes\.web\.ttl must be .* The classes before stay in force\./,
    );
    await put('usecases/attacks.yml', useCaseText({ at: '2026-01-01' }));
    await put('classes.yml', classesText());
    await watch.look();
    expect(health()).toMatchObject({ state: 'ready' });
  });

  it('shortens a time to live at once, and lengthens one as far as was approved', async () => {
    await start();
    const ttl = async (text: string) => {
      await put('classes.yml', text);
      await watch.look();
      return runtime.classes.get('web')?.ttl;
    };
    expect(await ttl(classesText('60d'))).toBe('30d');
    expect(health()?.detail).toContain(':2: The ttl 60d of web is longer than was approved');
    expect(await ttl(classesText('7d'))).toBe('7d');
    expect(classify()).toEqual({ refused: expect.stringContaining('The class web of dataset nginx.access') });
    expect(await ttl(classesText('60d', '60d'))).toBe('60d');
    expect(classify()).toEqual({ dataClass: 'web' });
    expect(audited).toContainEqual({
      who: 'governance',
      action: 'governance.change',
      target: 'class web',
      detail: { from: 'is kept for 7d', to: 'is kept for 60d, as approved' },
    });
  });

  it('lets no class go that holds events', async () => {
    await start();
    const text = (await readFile(join(directory, 'classes.yml'), 'utf8')).replaceAll('web', 'sites');
    const event = {
      '@timestamp': '2026-11-22T12:00:00Z',
      event: { id: 'one', dataset: 'nginx.access', ingested: '2026-11-22T12:00:00Z' },
      tidewatch: { source: 'web1', data_class: 'web' },
    };
    const head = {
      id: 'one',
      time: Date.now(),
      ingested: Date.now(),
      dataset: 'nginx.access',
      dataClass: 'web',
    };
    const bytes = Buffer.from(JSON.stringify(event));
    const record = { position: { partition: 0, offset: 0 }, head, senderChosenId: false, bytes };
    await runtime.adapters.store?.events.write([record]);
    await put('classes.yml', text);
    await watch.look();
    expect(runtime.classes.get('web')?.name).toBe('web');
    expect(health()?.detail).toContain('The class web still holds events');
    const store = runtime.adapters.store as DuckDbStore;
    await store.seal(Number.MAX_SAFE_INTEGER);
    for (const file of store.sealed.files()) await store.sealed.release(file);
    await watch.refresh();
    expect(runtime.classes.get('web')?.name).toBe('web');
    await store.events.expire(Date.now() + 40 * 86_400_000, async () => {});
    await watch.refresh();
    expect(runtime.classes.get('web')).toBeUndefined();
    expect(audited).toContainEqual(
      expect.objectContaining({ target: 'class web', detail: expect.objectContaining({ to: null }) }),
    );
    // What the use-case says holds no longer, and is said.
    expect(health()?.detail).toContain('attacks.yml:5: data: there is no class "web".');
  });

  it('takes use-cases that the API keeps, those of a cluster too, and the files of people before them', async () => {
    await start();
    const kept = join(directory, 'data/usecases.kept');
    await mkdir(join(kept, 'cluster'), { recursive: true });
    await mkdir(join(kept, '.before'));
    const other = (name: string) =>
      useCaseText({ at: '2026-01-01' }).replace('name: attacks', `name: ${name}`).replace('nginx', name);
    await writeFile(join(kept, 'cluster/one.yml'), other('one'));
    await writeFile(join(kept, '.before/two.yml'), other('two'));
    await cp(join(directory, 'usecases/attacks.yml'), join(kept, 'attacks.yml'));
    await watch.look();
    expect(runtime.governance.useCases.map(({ file }) => file)).toEqual([
      'usecases/attacks.yml',
      'usecases.kept/cluster/one.yml',
    ]);
    expect(runtime.governance.faults).toMatchObject([{ file: 'usecases.kept/attacks.yml', line: 1 }]);
  });
});
