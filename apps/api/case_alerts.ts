import type { AlertRef, CaseAlert } from '@tidewatch/control';
import type { AlertRow } from '@tidewatch/event';
import type { AlertSearch, AlertStore, Scope } from '@tidewatch/store';
import { parseQuery } from './kql.ts';
import { pagesOf } from './pages.ts';
import { maySee } from './security/scope.ts';

/** Every time that alerts can have. */
export const always = { from: 0, to: Date.UTC(9999, 0) };
/** Characters of a query by ids, which a query's length allows for. */
const queryLength = 8_000;
const pageSize = 1_000;

type Readable = Pick<AlertStore, 'search'>;

/** Those of some alerts that exist and that the scope sees, by id. */
export async function alertsById(
  ids: readonly string[],
  scope: Scope,
  alerts: Readable,
): Promise<ReadonlyMap<string, AlertRow>> {
  const found = new Map<string, AlertRow>();
  const left = [...ids];
  while (left.length > 0) {
    const some: string[] = [];
    for (let length = 0; length < queryLength && left.length > 0; ) {
      const id = left.shift() as string;
      some.push(`"${id}"`);
      length += id.length + 6;
    }
    const query = parseQuery(`id: (${some.join(' or ')})`);
    const page = await alerts.search({ ...query, range: always, sort: 'newest', limit: pageSize }, scope);
    for (const row of page.items) found.set(row.id, row);
  }
  return found;
}

/** All alerts that a query finds, page by page. */
export const alertPages = (
  found: Pick<AlertSearch, 'query' | 'range'>,
  scope: Scope,
  alerts: Readable,
): AsyncIterable<readonly AlertRow[]> =>
  pagesOf((place: { readonly after?: string }) =>
    alerts.search({ ...found, sort: 'newest', limit: pageSize, ...place }, scope),
  );

export const toRef = ({ id, dataClass }: AlertRow): AlertRef => ({ id, dataClass });

/** An alert of a case as its reader may see it. */
export type AlertInCase =
  | { readonly state: 'shown'; readonly at: number; readonly by: string; readonly alert: AlertRow }
  | { readonly state: 'gone'; readonly at: number; readonly by: string; readonly id: string }
  | { readonly state: 'hidden' };

/** Of what somebody may not see they are told that it is there. */
export async function alertsInCase(
  refs: readonly CaseAlert[],
  scope: Scope,
  alerts: Readable,
): Promise<AlertInCase[]> {
  const seen = refs.filter(({ dataClass }) => maySee(scope, dataClass));
  const rows = await alertsById(
    seen.map(({ id }) => id),
    scope,
    alerts,
  );
  return refs.map(({ id, dataClass, at, by }) => {
    if (!maySee(scope, dataClass)) return { state: 'hidden' };
    const alert = rows.get(id);
    return alert === undefined ? { state: 'gone', at, by, id } : { state: 'shown', at, by, alert };
  });
}
