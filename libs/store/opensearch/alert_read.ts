import type { AlertRow } from '@tidewatch/event';
import { alertIndex } from './alert_index.ts';
import { type AlertRecord, sizeOf } from './alert_record.ts';
import type { Watermarks } from './alert_watermarks.ts';
import type { OpenSearchConnection } from './client.ts';
import { readMany } from './read_many.ts';
import { request } from './request.ts';

/** A record as it was found, with what tells whether somebody wrote it since. */
interface FoundRecord {
  readonly _id: string;
  readonly _seq_no: number;
  readonly _primary_term: number;
  readonly _source: AlertRecord;
}

/** Finds records by their ids, each as a whole: what the cluster leaves out takes it longer than what it sends. */
export type FindRecords = (
  connection: OpenSearchConnection,
  ids: readonly string[],
) => Promise<readonly FoundRecord[]>;

/** As they are at the moment, shown by searches or not. */
export const newestRecords: FindRecords = (connection, ids) =>
  readMany<FoundRecord>(connection, alertIndex, ids, 'alerts');

/**
 * As searches show them, those that they don't show as they are at the moment. Many that were written one after the other
 * are read in a fraction of the time; whoever writes one that is older finds that out by its sequence number.
 */
export const shownRecords: FindRecords = async (connection, ids) => {
  const body = {
    ...{ size: ids.length, query: { ids: { values: [...ids] } }, sort: ['_doc'] },
    ...{ seq_no_primary_term: true, track_total_hits: false },
  };
  const params = { method: 'POST', path: `/${alertIndex}/_search`, body };
  const { hits } = (
    await request<{ readonly hits: { readonly hits: readonly FoundRecord[] } }>(connection, params, 'alerts')
  ).body.hits;
  const shown = new Set(hits.map(({ _id }) => _id));
  const others = ids.filter((id) => !shown.has(id));
  return others.length === 0 ? hits : [...hits, ...(await newestRecords(connection, others))];
};

/** An alert, with what it takes to write it in the place of its record. */
export interface Found<A> {
  readonly alert: A;
  readonly record: AlertRecord;
  readonly if_seq_no: number;
  readonly if_primary_term: number;
}

/** Alerts by their ids, and how large they are, characters. */
export async function readAlerts<A extends AlertRow>(
  connection: OpenSearchConnection,
  read: (record: AlertRecord, confirmed: Watermarks) => A,
  confirmed: Watermarks,
  ids: readonly string[],
  find: FindRecords = newestRecords,
): Promise<{ readonly found: Map<string, Found<A>>; readonly characters: number }> {
  const records = await find(connection, ids);
  const found = new Map(
    records.map(({ _id, _seq_no: if_seq_no, _primary_term: if_primary_term, _source: record }) => [
      _id,
      { alert: read(record, confirmed), record, if_seq_no, if_primary_term },
    ]),
  );
  return { found, characters: records.reduce((sum, { _source }) => sum + sizeOf(_source), 0) };
}
