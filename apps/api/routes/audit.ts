import type { AuditSearch } from '@tidewatch/control';
import { asDetail } from '../audit.ts';
import { download } from '../download.ts';
import { pagesOf } from '../pages.ts';
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
    audit: 'own',
    schemas: { query: schemas.auditExport },
    produces: 'application/x-ndjson',
    handle: async ({ query: { format, reason, check, ...asked }, scope, now, reply }, { control, audit }) => {
      const search = searchOf(asked, now);
      if (check) return undefined;
      const signal = leaving(reply.raw);
      async function* pages() {
        const all = pagesOf(({ after }: { readonly after?: number }) =>
          control.audit.read({
            ...{ ...search, limit: 1_000, signal },
            ...(after !== undefined && { before: after }),
          }),
        );
        for await (const items of all)
          yield items.map(({ at, detail, ...row }) => ({
            ...{ seq: row.seq, at: new Date(at).toISOString(), who: row.who, action: row.action },
            ...{ target: row.target, detail, hash: row.hash },
          }));
      }
      const columns = ['seq', 'at', 'who', 'action', 'target', 'detail', 'hash'];
      const detail = asDetail({ ...asked, format, reason });
      return download({ reply, audit }, pages(), {
        ...{ name: 'audit', format, columns, who: scope.principal, detail },
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
