import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { errors } from '../errors.ts';
import { indexed, suiteClasses } from '../fixtures.suite.ts';
import { Database } from './database.ts';
import { type Engine, openEngine } from './engine.ts';
import { createEventWriter } from './event_write.ts';
import { Partitions } from './partitions.ts';

let directory: string;
let engine: Engine;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-partitions-'));
  engine = await openEngine({ spill: join(directory, 'spill'), memoryLimitMb: 64, threads: 1 });
});
afterEach(async () => {
  await engine.close();
  await rm(directory, { recursive: true });
});

/** Writes to partitions whose database is an engine with a fault. */
async function writerOn(fault: Partial<Engine>) {
  const whole: Engine = Object.assign(Object.create(engine), fault);
  const database = new Database(whole);
  const partitions = new Partitions(database, join(directory, 'events'), suiteClasses, console);
  await partitions.open();
  return { write: createEventWriter(database, partitions, suiteClasses), partitions };
}

const busy = () => Promise.reject(errors.QUERY_TIMED_OUT({ what: 'a query' }));

it('makes a partition while all readers are busy', async () => {
  const { write, partitions } = await writerOn({ read: busy });
  expect(await write([indexed(), indexed()])).toEqual([{ status: 'stored' }, { status: 'stored' }]);
  expect(partitions.all()).toMatchObject([{ open: { events: 2 } }]);
});

it('takes the same batch again after a partition could not be read', async () => {
  let faults = 1;
  const readAsWriter: Engine['readAsWriter'] = (...args) =>
    faults-- > 0 ? busy() : engine.readAsWriter(...args);
  const { write, partitions } = await writerOn({ readAsWriter });
  const batch = [indexed()];
  await expect(write(batch)).rejects.toMatchObject({ code: 'QUERY_TIMED_OUT' });
  expect(partitions.all()).toEqual([]);
  expect(await write(batch)).toEqual([{ status: 'stored' }]);
  expect(await write(batch)).toEqual([{ status: 'already_there' }]);
});
