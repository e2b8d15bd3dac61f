import type { JsonObject } from '@tidewatch/event';
import type { ChangeEntry } from '../alert_changes.ts';
import { alertChangeIndex } from './alert_index.ts';
import { byQuery } from './by_query.ts';
import type { OpenSearchConnection } from './client.ts';
import { request } from './request.ts';

const what = 'changes of alerts';
const pathOf = (changeId: string): string => `/${alertChangeIndex}/_doc/${encodeURIComponent(changeId)}`;

/** Keeps what undoes a change. */
export async function keepAlertChange(
  connection: OpenSearchConnection,
  changeId: string,
  changed: number,
  entries: readonly ChangeEntry[],
): Promise<void> {
  const body = { changed, entries: JSON.stringify(entries) };
  await request(connection, { method: 'PUT', path: pathOf(changeId), body }, what);
}

interface KeptChange {
  readonly _source?: { readonly changed: number; readonly entries: string };
}

/** What undoes a change that was made at `since` (epoch ms) or later. */
export async function readAlertChange(
  connection: OpenSearchConnection,
  changeId: string,
  since: number,
): Promise<readonly ChangeEntry[] | undefined> {
  const params = { method: 'GET', path: pathOf(changeId) };
  const { _source } = (await request<KeptChange>(connection, params, what, [400, 404])).body;
  if (_source === undefined || _source.changed < since) return undefined;
  return JSON.parse(_source.entries) as readonly ChangeEntry[];
}

/** Deletes what undoes the changes that a query finds. */
export const forgetAlertChanges = (connection: OpenSearchConnection, query: JsonObject): Promise<number> =>
  byQuery(connection, '_delete_by_query', alertChangeIndex, { query });
