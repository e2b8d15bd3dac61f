import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert, AlertRow, JsonObject } from '@tidewatch/event';
import { errors } from '../errors.ts';
import { alertIndex } from './alert_index.ts';
import { type FindRecords, type Found, newestRecords, readAlerts, shownRecords } from './alert_read.ts';
import {
  type AlertRecord,
  alertIn,
  alertRecord,
  decidedRecord,
  rowIn,
  searchableParts,
} from './alert_record.ts';
import type { Watermarks } from './alert_watermarks.ts';
import type { OpenSearchConnection } from './client.ts';
import { request } from './request.ts';

/** What is to become of an alert; undefined where it stays as it is. */
export type Decide<A, Result> = (
  id: string,
  alert: A | undefined,
) => { readonly alert: A; readonly result: Result } | undefined;

interface Draft<A, Result> {
  readonly id: string;
  readonly found: Found<A> | undefined;
  readonly alert: A;
  readonly result: Result;
  /** Index into {@link searchableParts}. */
  readonly parts: number;
  /** Name of the write, by which it is found again. */
  readonly write: string;
}

/** How alerts are read, and what is written of them. */
export interface AlertForm<A> {
  readonly read: (record: AlertRecord, confirmed: Watermarks) => A;
  /** Where they are looked for first. */
  readonly find: FindRecords;
  /** @param before what stands there; undefined for a new alert */
  readonly write: (
    alert: A,
    parts: number,
    writes: readonly string[],
    before: AlertRecord | undefined,
  ) => JsonObject;
}

export const wholeAlerts: AlertForm<Alert> = {
  read: alertIn,
  find: newestRecords,
  write: (alert, parts, writes) => alertRecord(alert, searchableParts[parts] ?? 'own', writes),
};

/** Decisions leave the evidence as it is. */
export const alertRows: AlertForm<AlertRow> = {
  read: rowIn,
  find: newestRecords,
  write: (row, _, writes, before) => decidedRecord(row, writes, before),
};

/** Of alerts that a search found: they may have been decided on otherwise in the last second. */
export const shownAlertRows: AlertForm<AlertRow> = { ...alertRows, find: shownRecords };

/** Alerts read, decided on and written together: before it is known how large they are, and at most. */
const firstAtOnce = 50;
const mostAtOnce = 250;
const charactersAtOnce = 4_000_000;
/** The cluster writes one part while we read and decide on the other. */
const partsAtATime = 2;
/** So many others may write an alert before whoever wrote it learns that they did. */
const writesKept = 8;
/** Rounds of an alert that others write at the same time; then whoever asked tries again. */
const mostRounds = 20;

/**
 * Reads alerts, and writes what is decided on each, to be found from the next refresh on, if nobody else wrote it in the
 * meantime; then it is read and decided on again. Each alert is written whole or not at all.
 *
 * @throws OPENSEARCH_UNREACHABLE, OPENSEARCH_REFUSED, OPENSEARCH_BUSY, OPENSEARCH_UNKNOWN; alerts may have been written by then
 */
export async function alterAlerts<A extends AlertRow, Result>(
  connection: OpenSearchConnection,
  form: AlertForm<A>,
  confirmed: Watermarks,
  ids: readonly string[],
  decide: Decide<A, Result>,
): Promise<Result[]> {
  const results = new Map<string, Result>();
  let size = firstAtOnce;
  let left = ids;
  async function work(): Promise<void> {
    while (left.length > 0) {
      const chunk = left.slice(0, size);
      left = left.slice(size);
      const characters = await alterChunk(connection, form, confirmed, chunk, decide, results);
      const fitting = Math.floor((charactersAtOnce * chunk.length) / Math.max(characters, 1));
      size = Math.max(1, Math.min(mostAtOnce, fitting, chunk.length * 2));
    }
  }
  const stop = (error: unknown) => {
    left = [];
    throw error;
  };
  const ended = await Promise.allSettled(Array.from({ length: partsAtATime }, () => work().catch(stop)));
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return ids.flatMap((id) => results.get(id) ?? []);
}

/** Answers how large the alerts were that it read first. */
async function alterChunk<A extends AlertRow, Result>(
  connection: OpenSearchConnection,
  form: AlertForm<A>,
  confirmed: Watermarks,
  ids: readonly string[],
  decide: Decide<A, Result>,
  results: Map<string, Result>,
): Promise<number> {
  const tried = new Map<string, Draft<A, Result>>();
  let left = ids;
  let characters: number | undefined;
  for (let round = 1; ; round++) {
    const find = round === 1 ? form.find : newestRecords;
    const read = await readAlerts(connection, form.read, confirmed, left, find);
    characters ??= read.characters;
    const drafts = left.flatMap((id): Draft<A, Result>[] => {
      const [before, last] = [read.found.get(id), tried.get(id)];
      if (last !== undefined && before?.record.tidewatch_alert.writes?.includes(last.write)) {
        // It was written, and only the answer was lost; others may have written it since.
        results.set(id, last.result);
        return [];
      }
      const decided = decide(id, before?.alert);
      const write = randomUUID().slice(0, 8);
      return decided === undefined ? [] : [{ id, found: before, ...decided, parts: last?.parts ?? 0, write }];
    });
    if (drafts.length === 0) return characters;
    const statuses = await writeAlerts(connection, form, drafts);
    left = drafts.flatMap((draft, i) => {
      const again = judge(connection, draft, statuses[i]);
      if (again === undefined) results.set(draft.id, draft.result);
      else tried.set(draft.id, again);
      return again === undefined ? [] : [draft.id];
    });
    if (left.length === 0) return characters;
    if (round === mostRounds)
      throw errors.OPENSEARCH_BUSY({
        ...{ url: connection.config.nodes.join(', '), what: 'alerts', status: 409 },
        problem: `${left.length} alerts were written by others again and again`,
      });
    await sleep(Math.random() * Math.min(1_000, 10 * 2 ** round));
  }
}

interface ItemStatus {
  readonly status: number;
  readonly error?: { readonly type: string; readonly reason: string };
}

interface WriteAnswer {
  readonly items: readonly Readonly<Record<string, ItemStatus>>[];
}

async function writeAlerts<A>(
  connection: OpenSearchConnection,
  { write }: AlertForm<A>,
  drafts: readonly Draft<A, unknown>[],
): Promise<(ItemStatus | undefined)[]> {
  const lines = drafts.map(({ id, found, alert, parts, write: name }) => {
    const { record, if_seq_no, if_primary_term } = found ?? {};
    const writes = [...(record?.tidewatch_alert.writes ?? []), name].slice(-writesKept);
    const place = { _index: alertIndex, _id: id };
    const action =
      found === undefined ? { create: place } : { index: { ...place, if_seq_no, if_primary_term } };
    return `${JSON.stringify(action)}\n${JSON.stringify(write(alert, parts, writes, record))}\n`;
  });
  const statuses: (ItemStatus | undefined)[] = [];
  for (const bulkBody of bodies(lines, connection.config.bulk.request_bytes)) {
    const { body } = await request<WriteAnswer>(
      connection,
      {
        method: 'POST',
        path: '/_bulk',
        querystring: { filter_path: 'items.*.status,items.*.error.type,items.*.error.reason' },
        bulkBody,
      },
      'alerts',
    );
    statuses.push(...body.items.map((item) => Object.values(item)[0]));
  }
  return statuses;
}

/** Lines put together into bodies of at most so many characters, but for a longer line alone. */
function bodies(lines: readonly string[], most: number): string[] {
  const made: string[] = [];
  let open = '';
  for (const line of lines) {
    if (open !== '' && open.length + line.length > most) {
      made.push(open);
      open = '';
    }
    open += line;
  }
  return [...made, open];
}

/**
 * The draft as it was tried, for another round; undefined where it was written.
 *
 * @throws OPENSEARCH_REFUSED where no round would help
 */
function judge<A, Result>(
  { config }: OpenSearchConnection,
  draft: Draft<A, Result>,
  { status, error }: ItemStatus = { status: 500 },
): Draft<A, Result> | undefined {
  if (status === 200 || status === 201) return undefined;
  // Others wrote it, or deleted it, or we wrote it, and the answer was lost.
  if (status === 409 || status === 429 || status >= 500) return draft;
  // What the event is like cannot be mapped beside the others': it is kept with the alert, and only not searched.
  const isShape = status === 400 && draft.parts < searchableParts.length - 1;
  if (isShape) return { ...draft, parts: draft.parts + 1 };
  throw errors.OPENSEARCH_REFUSED({
    ...{ url: config.nodes.join(', '), what: 'an alert', status },
    problem: `${error?.type} ${error?.reason}`,
  });
}
