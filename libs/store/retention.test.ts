import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDuckDbStore } from './duckdb/index.ts';
import { indexed, suiteClasses, suiteNow } from './fixtures.suite.ts';
import { partitionName, partitionPeriod } from './partition.ts';
import { createRetentionRegistry } from './retention.ts';

const day = 86_400_000;
const deletion = (keeper: string) => ({ keeper, dataClass: 'short', what: 'things', records: 1 });

describe('the retention registry', () => {
  it('serves every keeper, also after one that fails', async () => {
    const registry = createRetentionRegistry(suiteClasses);
    registry.enrol({
      keeper: 'a',
      keeps: 'x',
      dataClass: 'short',
      ttlMs: 'by class',
      expire: async () => [deletion('a')],
    });
    registry.enrol({
      keeper: 'b',
      keeps: 'y',
      dataClass: 'all',
      ttlMs: 'by class',
      expire: () => Promise.reject(new Error('disk')),
    });
    registry.enrol({
      keeper: 'c',
      keeps: 'z',
      dataClass: 'all',
      ttlMs: 36 * 3_600_000,
      expire: async () => [deletion('c')],
    });
    expect(await registry.run(suiteNow)).toEqual({
      deletions: [deletion('a'), deletion('c')],
      failures: [{ keeper: 'b', message: 'disk' }],
    });
    expect(registry.list()).toEqual([
      { keeper: 'a', keeps: 'x', ttl: '7d' },
      { keeper: 'b', keeps: 'y', ttl: 'by class' },
      { keeper: 'c', keeps: 'z', ttl: '36h' },
    ]);
    expect(() =>
      registry.enrol({ keeper: 'a', keeps: '', dataClass: 'all', ttlMs: 1, expire: async () => [] }),
    ).toThrow('a has');
  });

  it('never runs twice at once', async () => {
    const registry = createRetentionRegistry(suiteClasses);
    let running = 0;
    let most = 0;
    const expire = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      return [];
    };
    registry.enrol({ keeper: 'a', keeps: 'x', dataClass: 'all', ttlMs: day, expire });
    await Promise.all([registry.run(1), registry.run(2), registry.run(3)]);
    expect(most).toBe(1);
  });

  it('leaves nothing older than its time to live and one partition in the store', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tidewatch-retention-'));
    const { events, close } = await openDuckDbStore({ directory, classes: suiteClasses });
    const registry = createRetentionRegistry(suiteClasses);
    registry.enrol({
      keeper: 'event store',
      keeps: 'events',
      dataClass: 'all',
      ttlMs: 'by class',
      expire: events.expire,
    });
    const start = Date.UTC(2024, 0, 1);
    const taken = new Map<string, { ingested: number; dataClass: string }>();
    for (let age = 0; age < 20; age++) {
      const batch = ['short', 'middle'].map((dataClass) =>
        indexed({}, { dataClass, ingested: start + age * 6 * day }),
      );
      for (const { head } of batch) taken.set(head.id, head);
      await events.write(batch);
    }
    let deleted = 0;
    for (const now of [start + 100 * day, start + 130 * day, start + 200 * day, start + 230 * day]) {
      const { deletions } = await registry.run(now);
      deleted += deletions.reduce((sum, { records }) => sum + records, 0);
      const range = { from: 0, to: Number.POSITIVE_INFINITY };
      const { items } = await events.search(
        { range, sort: 'oldest', limit: 1_000 },
        { principal: 'tests', dataClasses: 'all' },
      );
      expect(items.length + deleted).toBe(40);
      const kept = new Set(items.map(({ event }) => event.id));
      for (const [id, { ingested, dataClass }] of taken) {
        const { ttlMs } = suiteClasses.get(dataClass)!;
        const { from, to } = partitionPeriod(partitionName(ingested, ttlMs))!;
        if (now - ingested < ttlMs) expect(kept.has(id)).toBe(true);
        if (now - ingested >= ttlMs + (to - from)) expect(kept.has(id)).toBe(false);
      }
    }
    expect(deleted).toBe(40);
    await close();
    await rm(directory, { recursive: true });
  }, 20_000);
});
