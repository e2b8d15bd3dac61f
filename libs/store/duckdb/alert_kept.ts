import type { Alert, AlertRow, EventMatch, Match } from '@tidewatch/event';
import type { SqlRow } from './engine.ts';

/** An alert without its matches, but for the numbers of their rows. Before they had a table, they stood here. */
export interface Kept extends Omit<Alert, 'matches'> {
  readonly matches: readonly (number | Match)[];
}

/** The numbers of the rows that an alert's matches have. */
export const rowsOf = new WeakMap<Alert['matches'], ReadonlyMap<Match, number>>();

export function toRow(values: SqlRow): AlertRow {
  const { matches: _, ...row } = toKept(values);
  return row;
}

/** Confirming touches one column only, so that one is the truth about it. */
export const toKept = ([json, finality]: SqlRow): Kept => ({
  ...(JSON.parse(json as string) as Kept),
  finality: finality as Alert['finality'],
});

export const toAlert = (row: SqlRow): Alert => alertOf(row, (_, __, json) => JSON.parse(json) as Match);

export function alertOf(row: SqlRow, read: typeof matchOf): Alert {
  const kept = toKept(row);
  const lines = row[2];
  const found = new Map<number, Match>();
  for (const line of typeof lines === 'string' ? lines.split('\n') : []) {
    const [head = '', number, time, id = ''] = beginning.exec(line) ?? [];
    found.set(Number(number), read(JSON.parse(id) as string, Number(time), line.slice(head.length)));
  }
  const matches = kept.matches.flatMap((match) =>
    typeof match === 'number' ? (found.get(match) ?? []) : [match],
  );
  rowsOf.set(matches, new Map([...found].map(([number, match]) => [match, number])));
  return { ...kept, matches };
}

/** A row of `matches`: the number within its alert, event time, id and all of the match as JSON. */
const lineOf = (number: number, match: Match, json: string): string =>
  `${number} ${match.time} ${JSON.stringify(match.id)} ${json}`;
const beginning = /^(\d+) (-?\d+) ("(?:[^"\\]|\\.)*") /;

/** A match that is parsed when somebody looks: those who add to an alert ask only for ids and times. */
export function matchOf(id: string, time: number, json: string): Match {
  let parsed: Match | undefined;
  const whole = (): Match => {
    parsed ??= JSON.parse(json) as Match;
    return parsed;
  };
  const match = {
    id,
    time,
    get detector() {
      return whole().detector;
    },
    get key() {
      return whole().key;
    },
    get bucketMs() {
      return whole().bucketMs;
    },
    get dataClass() {
      return whole().dataClass;
    },
    get event() {
      return whole().event;
    },
    get explanation() {
      return whole().explanation;
    },
    /** Of matches on single events. */
    get position() {
      return (whole() as Partial<EventMatch>).position;
    },
  };
  // In the order in which it was written, which those who compare rely on.
  return Object.defineProperty(match, 'toJSON', { value: whole });
}

export interface RowChange {
  readonly alert: Alert;
  /** The alert without its matches. */
  readonly json: string;
  readonly added: readonly { readonly alert: string; readonly key: string; readonly line: string }[];
  /** Keys of matches that are no longer among the alert's. */
  readonly gone: readonly string[];
  /** All of the alert's matches, as they would be read. */
  readonly rows: ReadonlyMap<Match, number>;
}

export function changeOf(alert: Alert, before: Alert | undefined): RowChange {
  const had = new Map(before && rowsOf.get(before.matches));
  let next = Math.max(-1, ...had.values()) + 1;
  const rows = new Map<Match, number>();
  const added: { alert: string; key: string; line: string }[] = [];
  for (const match of alert.matches) {
    const known = had.get(match);
    if (known !== undefined) rows.set(match, known);
    else {
      const number = next++;
      const json = JSON.stringify(match);
      rows.set(matchOf(match.id, match.time, json), number);
      added.push({ alert: alert.id, key: keyOf(alert.id, number), line: lineOf(number, match, json) });
    }
    had.delete(match);
  }
  const gone = [...had.values()].map((number) => keyOf(alert.id, number));
  const json = JSON.stringify({ ...alert, matches: [...rows.values()] } satisfies Kept);
  return { alert, json, added, gone, rows };
}

const keyOf = (alert: string, number: number): string => `${alert}.${number}`;
