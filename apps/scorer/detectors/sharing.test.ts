import { openTestWal } from '@tidewatch/stream/wal/testing';
import { expect, it } from 'vitest';
import { createSharing } from './sharing.ts';

it('says once that another process has a part of the entities, and once that it has none any more', async () => {
  const wal = await openTestWal({ partitions: 3 });
  const stream = await wal.log.open('events');
  const told: (string | undefined)[] = [];
  const alone = createSharing(stream, (reason) => told.push(reason));
  alone.assigned(0);
  await alone.look(0);
  expect(told).toEqual([]);

  const shared = createSharing({ stats: stream.stats, repartition: async () => stream }, (reason) =>
    told.push(reason),
  );
  let now = 0;
  const look = () => {
    now += 60_000;
    return shared.look(now);
  };
  for (const partition of [0, 1, 2]) shared.assigned(partition);
  await look();
  shared.revoked(1);
  await look();
  shared.assigned(1);
  await look();
  await look();
  expect(told).toEqual([]);
  shared.revoked(1);
  for (let i = 0; i < 3; i++) await shared.look(now);
  expect(told).toEqual([]);
  for (let i = 0; i < 3; i++) await look();
  shared.assigned(1);
  for (let i = 0; i < 3; i++) await look();
  expect(told).toEqual([expect.stringContaining('Only 2 of 3 partitions'), undefined]);
  await wal.dispose();
});
