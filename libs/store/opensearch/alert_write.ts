import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert } from '@tidewatch/event';
import { errors } from '../errors.ts';
import { alertIndex } from './alert_index.ts';
import { alertIn, alertRecord, alertSource, searchableParts } from './alert_record.ts';
import type { OpenSearchConnection } from './client.ts';
import { request } from './request.ts';

/** What is to become of an alert; undefined where it stays as it is. */
export type Decide<Result> = (
  id: string,
  alert: Alert | undefined,
) => { readonly alert: Alert; readonly result: Result } | undefined;

interface Found {
  readonly alert: Alert;
  readonly if_seq_no: number;
  readonly if_primary_term: number;
}

interface Draft<Result> {
  readonly id: string;
  readonly found: Found | undefined;
  readonly alert: Alert;
  readonly result: Result;
  /** Index into {@link searchableParts}. */
  readonly parts: number;
}

/** Alerts read, decided on and written together: an alert with its evidence may have some 100 KB. */
const chunkSize = 250;
/** Rounds of an alert that others write at the same time; then whoever asked tries again. */
const mostRounds = 20;

/**
 * Reads alerts, and writes what is decided on each, to be found from the next refresh on, if nobody else wrote it in the meantime; then it is read and decided
 * on again. Each alert is written whole or not at all.
 *
 * @throws OPENSEARCH_UNREACHABLE, OPENSEARCH_REFUSED, OPENSEARCH_BUSY, OPENSEARCH_UNKNOWN; alerts may have been written by then
 */
export async function alterAlerts<Result>(
  connection: OpenSearchConnection,
  ids: readonly string[],
  decide: Decide<Result>,
): Promise<Result[]> {
  const results = new Map<string, Result>();
  for (let start = 0; start < ids.length; start += chunkSize)
    await alterChunk(connection, ids.slice(start, start + chunkSize), decide, results);
  return ids.flatMap((id) => results.get(id) ?? []);
}

async function alterChunk<Result>(
  connection: OpenSearchConnection,
  ids: readonly string[],
  decide: Decide<Result>,
  results: Map<string, Result>,
): Promise<void> {
  const tried = new Map<string, Draft<Result>>();
  let left = ids;
  for (let round = 1; left.length > 0; round++) {
    const found = await readAlerts(connection, left);
    const drafts = left.flatMap((id): Draft<Result>[] => {
      const [before, last] = [found.get(id), tried.get(id)];
      if (before !== undefined && last !== undefined && isSame(before.alert, last.alert)) {
        // It was written, and only the answer was lost.
        results.set(id, last.result);
        return [];
      }
      const decided = decide(id, before?.alert);
      return decided === undefined ? [] : [{ id, found: before, ...decided, parts: last?.parts ?? 0 }];
    });
    if (drafts.length === 0) return;
    const statuses = await writeAlerts(connection, drafts);
    left = drafts.flatMap((draft, i) => {
      const again = judge(connection, draft, statuses[i]);
      if (again === undefined) results.set(draft.id, draft.result);
      else tried.set(draft.id, again);
      return again === undefined ? [] : [draft.id];
    });
    if (left.length === 0) return;
    if (round === mostRounds)
      throw errors.OPENSEARCH_BUSY({
        ...{ url: connection.config.nodes.join(', '), what: 'alerts', status: 409 },
        problem: `${left.length} alerts were written by others again and again`,
      });
    await sleep(Math.random() * Math.min(1_000, 10 * 2 ** round));
  }
}

const isSame = (a: Alert, b: Alert): boolean => JSON.stringify(a) === JSON.stringify(b);

interface ReadAnswer {
  readonly docs: readonly {
    readonly _id: string;
    readonly found?: boolean;
    readonly _seq_no: number;
    readonly _primary_term: number;
    readonly _source: Parameters<typeof alertIn>[0];
  }[];
}

/** Alerts by their ids, as they are at the moment, shown by searches or not. */
export async function readAlerts(
  connection: OpenSearchConnection,
  ids: readonly string[],
): Promise<Map<string, Found>> {
  const { body } = await request<ReadAnswer>(
    connection,
    {
      method: 'POST',
      path: `/${alertIndex}/_mget`,
      querystring: { _source_includes: alertSource.join(',') },
      body: { ids: [...ids] },
    },
    'alerts',
  );
  return new Map(
    body.docs.flatMap(({ _id, found, _seq_no, _primary_term, _source }): [string, Found][] =>
      found === true
        ? [[_id, { alert: alertIn(_source), if_seq_no: _seq_no, if_primary_term: _primary_term }]]
        : [],
    ),
  );
}

interface ItemStatus {
  readonly status: number;
  readonly error?: { readonly type: string; readonly reason: string };
}

interface WriteAnswer {
  readonly items: readonly Readonly<Record<string, ItemStatus>>[];
}

async function writeAlerts(
  connection: OpenSearchConnection,
  drafts: readonly Draft<unknown>[],
): Promise<(ItemStatus | undefined)[]> {
  const lines = drafts.map(({ id, found, alert, parts }) => {
    const { if_seq_no, if_primary_term } = found ?? {};
    const place = { _index: alertIndex, _id: id };
    const action =
      found === undefined ? { create: place } : { index: { ...place, if_seq_no, if_primary_term } };
    const record = alertRecord(alert, searchableParts[parts] ?? 'own');
    return `${JSON.stringify(action)}\n${JSON.stringify(record)}\n`;
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
function judge<Result>(
  { config }: OpenSearchConnection,
  draft: Draft<Result>,
  { status, error }: ItemStatus = { status: 500 },
): Draft<Result> | undefined {
  if (status === 200 || status === 201) return undefined;
  if (status === 409 || status === 429 || status >= 500) return draft;
  // What the event is like cannot be mapped beside the others': it is kept with the alert, and only not searched.
  const isShape = status === 400 && draft.parts < searchableParts.length - 1;
  if (isShape) return { ...draft, parts: draft.parts + 1 };
  throw errors.OPENSEARCH_REFUSED({
    ...{ url: config.nodes.join(', '), what: 'an alert', status },
    problem: `${error?.type} ${error?.reason}`,
  });
}
