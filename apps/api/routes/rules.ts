import type { AlertStore, Scope } from '@tidewatch/store';
import { z } from 'zod';
import { errors } from '../errors.ts';
import { resolveRange } from '../range.ts';
import { type Api, everyone, type Route, route } from '../route.ts';
import { backtest, backtestBody, ruleCoverage, type ruleVerdict, ruleVerdicts } from '../schemas/rules.ts';
import * as schemas from '../schemas/system.ts';
import { engineers, mayWork, triagers } from '../security/scope.ts';

const policy = { kind: 'session', roles: everyone } as const;
/** They may read whatever it finds. */
const backtesters = { kind: 'session', roles: triagers, orAdminToken: true } as const;
/** Bytes: all of a large public rule set, twice. */
const wholeSets = 32 * 1_048_576;
const releasers = { kind: 'session', roles: engineers, orAdminToken: true } as const;
/** Events may be so far ahead of our clock, milliseconds. */
const aheadMs = 86_400_000;
const byJob = z.object({ id: z.string().max(64) });
const byRule = z.object({ id: z.string().max(512) });

/** Groups of alerts by rule and why they were closed, page by page. */
async function verdicts(alerts: AlertStore, now: number, scope: Scope) {
  const found = new Map<string, z.infer<typeof ruleVerdict>>();
  const asked = { range: { from: 0, to: now + aheadMs }, by: ['rule.id', 'reason'], limit: 200 };
  for (let after: string | undefined; ; ) {
    const place = after === undefined ? {} : { after };
    const page = await alerts.groups({ ...asked, sort: 'count', ...place }, scope);
    for (const { values, count, newest } of page.items) {
      const [id, reason] = values;
      if (typeof id !== 'string') continue;
      const one = found.get(id) ?? { id, alerts: 0, last: 0, closed: 0, falsePositives: 0 };
      one.alerts += count;
      one.last = Math.max(one.last, newest);
      if (reason !== null) one.closed += count;
      if (reason === 'false_positive') one.falsePositives += count;
      found.set(id, one);
    }
    if (page.next === undefined) return [...found.values()];
    after = page.next;
  }
}

function jobOf(id: string, scope: Scope, backtests: Api['backtests']) {
  const job = backtests.job(id);
  if (job === undefined || !mayWork(job, scope)) throw errors.BACKTEST_UNKNOWN({ id });
  return job;
}

export const ruleRoutes: readonly Route[] = [
  route({
    name: 'rules.list',
    method: 'GET',
    url: '/api/rules',
    summary: 'Every rule, loaded or rejected and why',
    policy,
    audit: 'own',
    schemas: { answer: schemas.ruleList },
    handle: async (_call, { rules }) => ({ rules: await rules.list() }),
  }),
  route({
    name: 'rules.coverage',
    method: 'GET',
    url: '/api/rules/coverage',
    summary: 'Whether the fields that rules ask for have a place in events, by log source',
    policy,
    audit: 'own',
    schemas: { answer: ruleCoverage },
    handle: async (_call, { rules }) => rules.coverage(),
  }),
  route({
    name: 'rules.verdicts',
    method: 'GET',
    url: '/api/rules/verdicts',
    summary: 'How many alerts each rule made, and how people closed them',
    policy,
    audit: 'read',
    schemas: { answer: ruleVerdicts },
    handle: async ({ scope, now }, { alerts }) => ({ rules: await verdicts(alerts, now, scope) }),
  }),
  route({
    name: 'rules.get',
    method: 'GET',
    url: '/api/rules/:id',
    summary: 'One rule as written',
    policy,
    audit: 'own',
    schemas: { params: byRule, answer: schemas.ruleDetail },
    handle: async ({ params: { id }, reply }, { rules }) => {
      const rule = await rules.get(id);
      if (rule === undefined) throw errors.RULE_UNKNOWN({ id });
      if (rule.kept !== undefined) reply.header('etag', `"${rule.kept.version}"`);
      return rule;
    },
  }),
  route({
    name: 'rules.release',
    method: 'POST',
    url: '/api/rules/:id/release',
    summary: 'Let a rule run again that is in quarantine',
    policy: releasers,
    audit: 'change',
    schemas: { params: byRule, answer: schemas.ruleDetail },
    handle: async ({ params: { id } }, { rules }) => {
      const released = rules.release(id);
      const rule = await rules.get(id);
      if (rule === undefined) throw errors.RULE_UNKNOWN({ id });
      if (!released) throw errors.RULE_RUNS({ id });
      return rule;
    },
  }),
  route({
    name: 'rules.backtest',
    method: 'POST',
    url: '/api/rules/backtests',
    summary:
      'Run a rule, correlation or filter that is not in force, or two sets of them, over stored events',
    policy: backtesters,
    audit: 'change',
    bodyLimit: wholeSets,
    schemas: { body: backtestBody, answer: backtest },
    handle: async ({ body: { source, compare, ...times }, scope, now }, { backtests }) =>
      backtests.start({
        asked: compare === undefined ? { source: source as string } : { compare },
        range: resolveRange(times, now),
        scope,
      }),
  }),
  route({
    name: 'rules.backtest_get',
    method: 'GET',
    url: '/api/rules/backtests/:id',
    summary: 'How far a backtest is, and what it found',
    policy: backtesters,
    audit: 'own',
    schemas: { params: byJob, answer: backtest },
    handle: async ({ params: { id }, scope }, { backtests }) => jobOf(id, scope, backtests),
  }),
  route({
    name: 'rules.backtest_cancel',
    method: 'DELETE',
    url: '/api/rules/backtests/:id',
    summary: 'End a backtest',
    policy: backtesters,
    audit: 'change',
    schemas: { params: byJob, answer: backtest },
    handle: async ({ params: { id }, scope }, { backtests }) => {
      const job = jobOf(id, scope, backtests);
      if (!backtests.cancel(id)) throw errors.BACKTEST_ENDED({ id });
      return job;
    },
  }),
];
