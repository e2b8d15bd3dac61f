import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Deletion, deleteDue } from './deletion.ts';
import { suiteClasses, suiteNow } from './fixtures.suite.ts';
import { createRetentionRegistry, type ExplainedDeletion, type Keeper } from './retention.ts';

const deletion = (keeper: string) => ({ keeper, dataClass: 'short', what: 'things', records: 1 });
const keeping = (keeper: string, expire: Keeper['expire'], more: Partial<Keeper> = {}): Keeper => ({
  ...{ keeper, keeps: 'x', dataClass: 'all', ttlMs: 'by class', expire },
  ...more,
});

function registryWith(...keepers: Keeper[]) {
  const registry = createRetentionRegistry(suiteClasses);
  for (const one of keepers) registry.enrol(one);
  const told: ExplainedDeletion[] = [];
  return { registry, told, run: () => registry.run(suiteNow, async (one) => void told.push(one)) };
}

describe('the retention registry', () => {
  it('serves every keeper beside one that fails, and tells what that deleted before', async () => {
    const { registry, told, run } = registryWith(
      keeping('a', (_, tell) => tell(deletion('a')), { dataClass: 'short' }),
      keeping('b', async (_, tell) => {
        await tell(deletion('b'));
        throw new Error('disk');
      }),
      keeping('c', (_, tell) => tell({ ...deletion('c'), reason: 'asked for' }), {
        ttlMs: () => 36 * 3_600_000,
        overdue: async () => ['held by a reader'],
      }),
    );
    expect(await run()).toEqual([
      { keeper: 'b', message: 'disk' },
      { keeper: 'c', message: 'held by a reader' },
    ]);
    expect(told).toEqual([
      { ...deletion('a'), reason: 'past the time to live of 7d' },
      { ...deletion('b'), reason: 'past the time to live of 7d' },
      { ...deletion('c'), reason: 'asked for' },
    ]);
    expect(registry.list()).toEqual([
      { keeper: 'a', keeps: 'x', ttl: '7d' },
      { keeper: 'b', keeps: 'x', ttl: 'by class' },
      { keeper: 'c', keeps: 'x', ttl: '36h' },
    ]);
    expect(() => registry.enrol(keeping('a', async () => {}))).toThrow('a has');
  });

  it('waits for no slow keeper, asks none twice at once, and says which is late', async () => {
    let release = () => {};
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    let asked = 0;
    const { told, run } = registryWith(
      keeping('archive', () => {
        asked++;
        return slow;
      }),
      keeping('alerts', (_, tell) => tell(deletion('alerts'))),
    );
    const first = run();
    await nextTurn();
    const late = [{ keeper: 'archive', message: expect.stringContaining('still deleting') }];
    expect(await run()).toEqual(late);
    expect([asked, told.length]).toEqual([1, 2]);
    release();
    expect(await first).toEqual([]);
    expect(await run()).toEqual([]);
    expect(asked).toBe(2);
  });
});

it('notes of what is due what went, and nothing where another process was faster', async () => {
  const told: Deletion[] = [];
  const tell = async (one: Deletion) => void told.push(one);
  await deleteDue(tell, { ...deletion('none'), records: 0 }, async () => expect.unreachable());
  await deleteDue(tell, deletion('slow'), async (gone) => gone(0));
  await deleteDue(tell, { ...deletion('quick'), records: 3 }, async (gone) => {
    for (const round of [2, 1, 0]) gone(round);
  });
  expect(told).toEqual([
    { ...deletion('slow'), begins: true },
    { ...deletion('quick'), records: 3, begins: true },
    { ...deletion('quick'), records: 3 },
  ]);
});
