import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createClusterArchive } from '@tidewatch/store/archive';
import { openS3Bucket } from '@tidewatch/store/archive/s3';
import { openDuckDbStore } from '@tidewatch/store/duckdb';
import { describe, expect, it } from 'vitest';
import {
  always,
  day,
  everyone,
  expired,
  indexed,
  suiteClasses,
  suiteNow,
} from '../../libs/store/fixtures.suite.ts';
import { openSearchForTests } from '../../libs/store/opensearch/store.suite.ts';
import { has } from '../require.ts';
import { startS3 } from '../services/s3.ts';

describe.runIf(has('opensearch') && has('s3'))('A cluster and its archive', () => {
  const { openEvents } = openSearchForTests();

  it('brings back from S3 what OpenSearch lost', async () => {
    const { store: events, dispose } = await openEvents(suiteClasses, suiteNow);
    const directory = await mkdtemp(join(tmpdir(), 'tidewatch-export-'));
    const s3 = await startS3();
    const bucket = await s3.makeBucket();
    const archive = createClusterArchive({
      bucket: openS3Bucket({ bucket, prefix: '', region: 'us-east-1', endpoint: s3.url }),
      events,
      classes: suiteClasses,
      openStage: (folder) => openDuckDbStore({ directory: folder, classes: suiteClasses }),
      directory,
      log: { info: () => {}, warn: () => {} },
    });
    const count = () => events.count({ range: { ...always, from: Date.UTC(1600, 0) } }, everyone);
    const records = Array.from({ length: 25_000 }, (_, i) =>
      indexed(
        { host: { name: `h${i % 9}` }, own: { n: i, list: [1, 'x', { y: null }] } },
        // A clock that was never set among them.
        { time: i === 0 ? Date.UTC(1601, 0) : suiteNow - i * 10 },
      ),
    );
    for (let i = 0; i < records.length; i += 5_000) await events.write(records.slice(i, i + 5_000));
    await events.write([indexed({}, { ingested: suiteNow + day })]);
    const end = Date.UTC(2024, 4, 16);
    expect(await archive.store(end + 3_600_000)).toBe(1);
    const before = await events.get(records[777]!.head.id, everyone);
    expect(await events.deleteClass('short')).toBe(25_001);
    const all = { from: 0, to: Number.MAX_SAFE_INTEGER };
    expect(await archive.restore(all, end, end)).toHaveLength(1);
    while ((await archive.list(all, end))[0]?.state === 'restoring') await setTimeout(200);
    expect(await archive.list(all, end)).toMatchObject([{ state: 'restored', events: 25_000 }]);
    expect(await count()).toBe(25_000);
    expect(await events.get(records[777]!.head.id, everyone)).toEqual(before);
    // Again changes nothing.
    await archive.restore(all, end, end);
    while ((await archive.list(all, end))[0]?.state === 'restoring') await setTimeout(200);
    expect(await count()).toBe(25_000);
    expect(await expired(archive, end + 7 * day)).toMatchObject([
      { what: 'restored copy of partition 2024-05-15', records: 25_000 },
      { what: 'partition 2024-05-15', records: 25_000 },
    ]);
    await archive.close();
    await s3.stop();
    await dispose();
    await rm(directory, { recursive: true });
  });
});
