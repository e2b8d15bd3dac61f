import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type EcsEvent, isoTime } from '@tidewatch/event';
import type { EventStore, IndexedEvent, Scope, SearchRequest } from '../contract.ts';
import type { DuckDbStore } from '../duckdb/index.ts';

/** `returning` is a file's place. */
const stages = ['exported', 'earlier', 'restored', 'returning'] as const;
const pageEvents = 1_000;
/** All dates there are (ECMA-262, section 21.4.1.1): a clock that was never set says 1601 or 1904. */
export const always = { from: -8.64e15, to: 8.64e15 };
export const whole: Scope = { principal: 'archive', dataClasses: 'all' };

export interface Staging {
  /** Works with an embedded store that is made for it and deleted after it. One at a time of a name. */
  with<T>(name: (typeof stages)[number], work: (stage: DuckDbStore) => Promise<T>): Promise<T>;
  /** Resolves when what a crash left is gone: it holds events, too. */
  readonly cleared: Promise<unknown>;
}

/** Embedded stores that make and read the files of an archive whose own store has none. */
export function createStaging(
  directory: string,
  openStage: (directory: string) => Promise<DuckDbStore>,
): Staging {
  // By their names, since the archive itself may be in the same folder.
  const cleared = Promise.all(
    stages.map((name) => rm(join(directory, name), { recursive: true, force: true })),
  );
  cleared.catch(() => {});
  return {
    cleared,
    async with(name, work) {
      await cleared;
      const folder = join(directory, name);
      const stage = await openStage(folder);
      try {
        return await work(stage);
      } finally {
        await stage.close();
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** All that is found, oldest first. */
export async function* pages(
  store: EventStore,
  query: SearchRequest['query'],
  scope = whole,
): AsyncGenerator<readonly EcsEvent[]> {
  let after: string | undefined;
  do {
    const { items, next } = await store.search(
      {
        ...{ range: always, sort: 'oldest', limit: pageEvents },
        ...(query !== undefined && { query }),
        ...(after !== undefined && { after }),
      },
      scope,
    );
    yield items;
    after = next;
  } while (after !== undefined);
}

let offset = 0;

/** The place in the log is not known any more; each gets one of its own. */
export function toRecord(event: EcsEvent): IndexedEvent {
  const { id, dataset, ingested } = event.event;
  return {
    position: { partition: 0, offset: offset++ },
    head: {
      ...{ id, dataset, dataClass: event.tidewatch.data_class },
      time: isoTime(event['@timestamp']),
      ingested: isoTime(ingested),
    },
    senderChosenId: true,
    bytes: Buffer.from(JSON.stringify(event)),
  };
}
