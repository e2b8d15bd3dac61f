import { alertChangeIndex } from './alert_index.ts';
import type { OpenSearchConnection } from './client.ts';
import { request } from './request.ts';

const what = 'changes of alerts';
const pathOf = (changeId: string): string => `/${alertChangeIndex}/_doc/${encodeURIComponent(changeId)}`;

/** Keeps which alerts a change changed. */
export async function keepAlertChange(
  connection: OpenSearchConnection,
  changeId: string,
  changed: number,
  ids: readonly string[],
): Promise<void> {
  const body = { changed, entries: JSON.stringify(ids) };
  await request(connection, { method: 'PUT', path: pathOf(changeId), body }, what);
}

interface KeptChange {
  readonly _source?: { readonly changed?: number; readonly entries?: string };
}

/** Which alerts a change changed that was made at `since` (epoch ms) or later. */
export async function readAlertChange(
  connection: OpenSearchConnection,
  changeId: string,
  since: number,
): Promise<readonly string[] | undefined> {
  const params = { method: 'GET', path: pathOf(changeId) };
  const { _source } = (await request<KeptChange>(connection, params, what, [400, 404])).body;
  if (_source?.entries === undefined || (_source.changed ?? 0) < since) return undefined;
  return JSON.parse(_source.entries) as readonly string[];
}
