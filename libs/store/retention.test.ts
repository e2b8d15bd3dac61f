import { describe, expect, it } from 'vitest';
import { suiteClasses, suiteNow } from './fixtures.suite.ts';
import { createRetentionRegistry } from './retention.ts';

const day = 86_400_000;
const deletion = (keeper: string) => ({ keeper, dataClass: 'short', what: 'things', records: 1 });
const because = (ttl: string) => ({ reason: `past the time to live of ${ttl}` });

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
      ttlMs: () => 36 * 3_600_000,
      expire: async () => [deletion('c')],
      overdue: async () => ['held by a reader'],
    });
    expect(await registry.run(suiteNow)).toEqual({
      deletions: [
        { ...deletion('a'), ...because('7d') },
        { ...deletion('c'), ...because('36h') },
      ],
      failures: [
        { keeper: 'b', message: 'disk' },
        { keeper: 'c', message: 'held by a reader' },
      ],
    });
    expect(registry.list()).toEqual([
      { keeper: 'a', keeps: 'x', ttl: '7d' },
      { keeper: 'b', keeps: 'y', ttl: 'by class' },
      { keeper: 'c', keeps: 'z', ttl: '36h' },
    ]);
    expect(() =>
      registry.enrol({ keeper: 'a', keeps: '', dataClass: 'all', ttlMs: () => 1, expire: async () => [] }),
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
    registry.enrol({ keeper: 'a', keeps: 'x', dataClass: 'all', ttlMs: () => day, expire });
    await Promise.all([registry.run(1), registry.run(2), registry.run(3)]);
    expect(most).toBe(1);
  });
});
