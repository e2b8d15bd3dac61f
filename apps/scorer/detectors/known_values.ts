import { hash } from 'node:crypto';

export type Row = Readonly<Record<string, unknown>>;

/** Which values of features came to entities, by their hashes, and when last. */
export interface KnownValues {
  /**
   * Learns which values a feature of an entity has in an interval, and answers those that are new: that did not come since a time, or
   * are no longer among the last 4,096. Times are epoch milliseconds.
   *
   * @param feature its place among the detector's
   * @param when.at when the interval begins
   */
  meet(
    entity: number,
    feature: number,
    texts: ReadonlySet<string>,
    when: { readonly at: number; readonly after: number },
  ): readonly string[];
  forget(entity: number): void;
  /** How many values did not come since, of entities of a data class that have had events. @param before epoch ms */
  due(dataClass: string, before: number): number;
  /** Forgets values of entities of a data class that did not come since. @param before epoch ms */
  expire(dataClass: string, before: number): void;
}

/** What is old is found without a look at the rest. */
export const knownByAge = 'CREATE INDEX known_by_age ON known (entity, at);';
export const knownSchema = `
  CREATE TABLE known (entity INTEGER NOT NULL, feature INTEGER NOT NULL, hash INTEGER NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (entity, feature, hash)) STRICT, WITHOUT ROWID;
  ${knownByAge}
`;

/** Bytes that what is known of an entity's feature takes in the file at most, about: measured, 53 of each value. */
export const knownBytes = 53 * 4_096;
/** Values of a feature that an entity is known by; a part of them goes at once, so that not each new one costs a search. */
const mostKnown = 4_096;
const keptThen = mostKnown - mostKnown / 16;
/** When a value came last is written again once it is this much wrong, ms. */
const grain = 3_600_000;

export function createKnownValues(
  all: (sql: string, ...values: unknown[]) => Row[],
  run: (sql: string, ...values: unknown[]) => void,
): KnownValues {
  function trim(entity: number, feature: number): void {
    const [row] = all(
      'SELECT count(*) AS count FROM known WHERE entity = ? AND feature = ?',
      entity,
      feature,
    );
    if ((row?.count as number) <= mostKnown) return;
    run(
      `DELETE FROM known WHERE entity = ? AND feature = ? AND hash IN
         (SELECT hash FROM known WHERE entity = ? AND feature = ? ORDER BY at DESC, hash LIMIT -1 OFFSET ?)`,
      ...[entity, feature, entity, feature, keptThen],
    );
  }

  return {
    meet(entity, feature, texts, { at, after }) {
      const unseen = new Map([...texts].map((text) => [hashOf(text), text]));
      const list = JSON.stringify([...unseen.keys()]);
      const seen = all(
        `SELECT hash FROM known WHERE entity = ? AND feature = ? AND at >= ?
           AND hash IN (SELECT value FROM json_each(?))`,
        ...[entity, feature, after, list],
      );
      run(
        `INSERT INTO known SELECT ?, ?, value, ? FROM json_each(?) WHERE true
           ON CONFLICT DO UPDATE SET at = excluded.at WHERE excluded.at - known.at >= ${grain}`,
        ...[entity, feature, at, list],
      );
      for (const { hash } of seen) unseen.delete(hash as number);
      if (unseen.size > 0) trim(entity, feature);
      return [...unseen.values()];
    },
    forget: (entity) => run('DELETE FROM known WHERE entity = ?', entity),
    due: (dataClass, before) =>
      all(
        'SELECT count(*) AS due FROM known WHERE at < ? AND entity IN (SELECT id FROM entities WHERE data_class = ? AND newest >= ?)',
        ...[before, dataClass, before],
      )[0]?.due as number,
    expire: (dataClass, before) =>
      run(
        'DELETE FROM known WHERE at < ? AND entity IN (SELECT id FROM entities WHERE data_class = ?)',
        ...[before, dataClass],
      ),
  };
}

/** 52 bits: a number that SQLite, JSON and JavaScript hold exactly. */
const hashOf = (text: string): number => Number.parseInt(hash('sha256', text).slice(0, 13), 16);
