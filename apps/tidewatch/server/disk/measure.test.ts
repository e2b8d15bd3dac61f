import { chmod, mkdir, mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { diskConfig } from '../../config/disk.ts';
import { bytesIn, volumeOf } from './folder.ts';
import { type MeasureSources, measure } from './measure.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-disk-'));
  const files: Record<string, number> = {
    'data/store/events/web/events-web-2026-01-01.db': 1_000,
    'data/store/events/web/events-web-2026-01-01.db.wal': 200,
    'data/store/alerts.db': 300,
    'data/streams/events/0/00000000.seg': 5_000,
    'data/streams/dead-letters/0/00000000.seg': 700,
    'data/streams/dead-letters.outcomes/0/00000000.seg': 70,
    'data/control.db': 40,
    'data/control.db-wal': 4,
    'archive/web/2026-01-01/abc.parquet': 900,
    'archive/web/2026-01-01/abc.json': 9,
    'archive/auth/2026-01/def.parquet': 50,
  };
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), Buffer.alloc(bytes));
  }
});
afterAll(() => rm(folder, { recursive: true }));

const sources = (disk: object, data = join(folder, 'data')): MeasureSources => ({
  config: {
    data,
    disk: diskConfig.parse(disk),
    store: { memory: 0, threads: 1 },
    stream: { budget: 10_000, retention: { hard: false } },
    archive: { folder: join(folder, 'archive') },
  },
  unread: async () => ({ log: 2_000, events: 500 }),
  cluster: async () => undefined,
  eventPartitions: async () => new Map([['web/2026-01-01', 1_200]]),
});

it('measures each store, against its budget', async () => {
  const rows = await measure(sources({ budgets: { events: '2 KiB', archive: '1 KiB' } }));
  const by = new Map(rows.map((row) => [row.store, row]));
  expect(by.get('events')).toMatchObject({ bytes: 1_200, held: 1_700, budget: 2_048, slows: 'intake' });
  expect(by.get('alerts')).toMatchObject({ bytes: 300, slows: 'nobody' });
  expect(by.get('streams')).toMatchObject({ bytes: 5_770, held: 2_770, budget: 10_000, slows: 'nobody' });
  expect(by.get('dead_letters')).toMatchObject({ held: 770, budget: 2_500, slows: 'dead letters' });
  expect(by.get('control')).toMatchObject({ bytes: 44 });
  expect(by.get('archive')).toMatchObject({ bytes: 959, share: 959 / 1_024, slows: 'nobody' });
  expect([...(by.get('archive')?.partitions ?? [])]).toEqual(
    expect.arrayContaining([
      ['web/2026-01-01', 909],
      ['auth/2026-01', 50],
    ]),
  );
  const { size } = await volumeOf(folder);
  expect(by.get('alerts')?.budget).toBe(size / 10);
  // Both folders are on one volume.
  expect(rows.filter(({ store }) => store.endsWith('volume')).map(({ store }) => store)).toEqual(['volume']);
});

it('measures a folder that is not there yet', async () => {
  const rows = await measure(sources({}, join(folder, 'none/at/all')));
  expect(rows.find(({ store }) => store === 'control')).toMatchObject({ bytes: 0, held: 0 });
});

it.each([
  // By the reserve of each, and by bytes where all have one.
  [{}, 'large', 0.9],
  [{ reserve: '50 GiB' }, 'small', 1.02],
])(
  'of the nodes of a cluster with %o that counts which is nearest to its reserve',
  async (disk, name, share) => {
    const GiB = 1024 ** 3;
    const { config, ...others } = sources(disk);
    const nodes = [
      { name: 'small', size: 200 * GiB, free: 40 * GiB },
      { name: 'large', size: 1_000 * GiB, free: 120 * GiB },
    ];
    const rows = await measure({
      ...others,
      config: { ...config, store: { ...config.store, opensearch: { nodes: ['http://a:9200'] } as never } },
      cluster: async () => ({ partitions: [], alerts: 0, nodes }),
    });
    const [volume, ...more] = rows.filter(({ store }) => store === 'opensearch_volume');
    expect(volume).toMatchObject({ place: name, share: expect.closeTo(share, 6) });
    expect(more).toEqual([]);
  },
);

it('asks nobody about a log and a store that are elsewhere', async () => {
  const { config, ...others } = sources({});
  const rows = await measure({
    ...others,
    config: {
      ...config,
      store: { ...config.store, opensearch: {} as never },
      stream: { ...config.stream, kafka: {} as never },
    },
    unread: () => Promise.reject(new Error('is away')),
  });
  expect(rows.map(({ store }) => store)).toEqual(['control', 'volume', 'archive']);
});

it('measures a folder with another beside that is not ours to look at', async () => {
  const foreign = join(folder, 'archive/lost+found');
  await mkdir(foreign);
  await chmod(foreign, 0);
  await chmod(folder, 0o755);
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  const archived = await bytesIn(join(folder, 'archive')).finally(() => isRoot && process.seteuid?.(0));
  expect(archived).toBe(959);
  await rmdir(foreign);
});

it('a volume is full where only the reserve is left, whatever its size', async () => {
  const { free } = await volumeOf(folder);
  const share = async (reserve: number) => {
    const text = `${Math.round(reserve / 1024)} KiB`;
    return (await measure(sources({ reserve: text }))).find(({ store }) => store === 'volume')?.share ?? 0;
  };
  expect(await share(free)).toBeCloseTo(1, 1);
  expect(await share(free / 2)).toBeCloseTo(0.9, 1);
  expect(await share(free / 3)).toBeCloseTo(0.8, 1);
  expect(await share(free / 20)).toBe(0);
});
