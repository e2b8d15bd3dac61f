import type { DuckDBConnection } from '@duckdb/node-api';
import { maxPaths } from './document_paths.ts';
import type { EventBatch } from './event_batch.ts';
import { createEventAppender, type EventFacts } from './event_rows.ts';
import { quoteName } from './quote_name.ts';

/** How far a stream's partition is stored once a batch is. */
export interface StreamPosition {
  readonly partition: number;
  readonly offset: number;
  /** The file has no position of this partition yet. */
  readonly isNew: boolean;
}

/**
 * Commits batches. What goes to DuckDB goes there in two calls: each passes through three threads, and a few of them
 * would cost more than an event's row.
 */
export function createEventCommit(connection: DuckDBConnection) {
  const appendEvents = createEventAppender();
  const pathsOf = new Map<string, Set<string>>();

  async function knownPaths(alias: string): Promise<Set<string>> {
    const known = pathsOf.get(alias);
    if (known !== undefined) return known;
    const reader = await connection.runAndReadAll(`SELECT path FROM ${quoteName(alias)}.paths`);
    const paths = new Set(reader.getRows().map(([path]) => path as string));
    pathsOf.set(alias, paths);
    return paths;
  }

  async function append(alias: string, batch: EventBatch): Promise<EventFacts> {
    const appender = await connection.createAppender('events', 'main', alias);
    try {
      return await appendEvents(batch, appender);
    } finally {
      appender.closeSync();
    }
  }

  async function appendPaths(alias: string, paths: readonly string[]): Promise<void> {
    const appender = await connection.createAppender('paths', 'main', alias);
    try {
      for (const path of paths) {
        appender.appendVarchar(path);
        appender.endRow();
      }
    } finally {
      appender.closeSync();
    }
  }

  return {
    /** All or nothing; the facts name only paths that the file did not know. */
    async commit(
      alias: string,
      batch: EventBatch,
      positions: readonly StreamPosition[],
    ): Promise<EventFacts> {
      const known = await knownPaths(alias);
      await connection.run('BEGIN');
      try {
        const facts = await append(alias, batch);
        const paths = facts.paths.filter((path) => !known.has(path)).slice(0, maxPaths - known.size);
        if (paths.length > 0) await appendPaths(alias, paths);
        const table = `${quoteName(alias)}.positions`;
        const moves = positions.map(({ partition, offset, isNew }) =>
          isNew
            ? `INSERT INTO ${table} VALUES (${partition}, ${offset})`
            : `UPDATE ${table} SET stream_offset = ${offset} WHERE stream_partition = ${partition}`,
        );
        await connection.run([...moves, 'COMMIT'].join('; '));
        for (const path of paths) known.add(path);
        return { ...facts, paths };
      } catch (error) {
        // A failed commit has rolled back already, and says so.
        await connection.run('ROLLBACK').catch(() => {});
        throw error;
      }
    },

    /** The file is attached no more. */
    forget(alias: string): void {
      pathsOf.delete(alias);
    },
  };
}
