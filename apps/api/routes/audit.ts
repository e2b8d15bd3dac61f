import type { AuditSearch } from '@tidewatch/control';
import { asDetail } from '../audit.ts';
import { download } from '../download.ts';
import { resolveTime } from '../range.ts';
import { type Route, route } from '../route.ts';
import * as schemas from '../schemas/audit.ts';

/** It says what was looked for in any class. */
const policy = {
  kind: 'session',
  roles: ['privacy_officer', 'admin'],
  orAdminToken: true,
  wholeReach: true,
} as const;

interface Asked {
  readonly who?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** @throws TIME_INVALID */
function searchOf({ from, to, ...rest }: Asked, now: number): Omit<AuditSearch, 'limit'> {
  const said = Object.entries(rest).filter(([, value]) => value !== undefined && value !== '');
  return {
    ...Object.fromEntries(said),
    ...(from === undefined ? {} : { from: resolveTime(from, now) }),
    ...(to === undefined ? {} : { to: resolveTime(to, now) }),
  };
}

/** Who did what. */
export const auditRoutes: readonly Route[] = [
  route({
    name: 'audit.search',
    method: 'GET',
    url: '/api/audit',
    summary: 'The audit log, newest first',
    policy,
    audit: 'read',
    schemas: { query: schemas.auditQuery, answer: schemas.auditPage },
    handle: ({ query: { limit, before, ...asked }, now, reply }, { control }) =>
      control.audit.read({
        ...searchOf(asked, now),
        ...(before === undefined ? {} : { before }),
        limit,
        signal: leaving(reply.raw),
      }),
  }),
  route({
    name: 'audit.export',
    method: 'GET',
    url: '/api/audit/export',
    summary: 'All of the audit log that fits, as CSV or NDJSON, streamed',
    policy,
    // Before the first row: once it flows, nothing can be refused any more.
    audit: 'own',
    schemas: { query: schemas.auditExport },
    produces: 'application/x-ndjson',
    handle: async ({ query: { format, reason, check, ...asked }, scope, now, reply }, { control, audit }) => {
      const search = searchOf(asked, now);
      if (check) return undefined;
      const entry = { who: scope.principal, target: '/api/audit/export' };
      await audit.change({
        ...entry,
        action: 'audit.export',
        detail: asDetail({ ...asked, format, reason }),
      });
      const signal = leaving(reply.raw);
      async function* pages() {
        for (let before: number | undefined; ; ) {
          const page = await control.audit.read({
            ...{ ...search, limit: 1_000, signal },
            ...(before === undefined ? {} : { before }),
          });
          yield page.items.map(({ at, detail, ...row }) => ({
            ...{ seq: row.seq, at: new Date(at).toISOString(), who: row.who, action: row.action },
            ...{ target: row.target, detail, hash: row.hash },
          }));
          if (page.next === undefined) return;
          before = page.next;
        }
      }
      const columns = ['seq', 'at', 'who', 'action', 'target', 'detail', 'hash'];
      return download(reply, pages(), {
        ...{ name: 'audit', format, columns },
        done: (rows) => audit.change({ ...entry, action: 'audit.exported', detail: { rows } }),
      });
    },
  }),
  route({
    name: 'audit.verify',
    method: 'GET',
    url: '/api/audit/verify',
    summary: 'Whether every entry of the audit log follows from the one before',
    policy,
    audit: 'read',
    schemas: { query: schemas.verifyQuery, answer: schemas.auditVerdict },
    handle: ({ query: { seq, hash } }, { control }) =>
      control.audit.verify(seq === undefined || hash === undefined ? undefined : { seq, hash }),
  }),
];

/** Ends a search whose asker has gone. */
function leaving(raw: { once(event: 'close', listener: () => void): unknown }): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => gone.abort());
  return gone.signal;
}
