import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { errors } from '../errors.ts';
import { type Route, route } from '../route.ts';
import type { ExpectedVersion, RuleOutcome } from '../rule_desk.ts';
import { keptRule, keptRuleBody, keptRuleQuery, ruleCheck } from '../schemas/kept_rules.ts';
import { engineers, triagers } from '../security/scope.ts';

const policy = { kind: 'session', roles: engineers, orAdminToken: true } as const;
const params = z.object({
  id: z.string().regex(/^[\w-]{1,128}$/, 'must be 1 to 128 letters, digits, `_` and `-`'),
});

/** Rules that are written through the API. */
export const keptRuleRoutes: readonly Route[] = [
  route({
    name: 'rules.put',
    method: 'PUT',
    url: '/api/rules/:id',
    summary: 'Write a rule (as `application/yaml`, or in JSON); it is in force when this answers',
    policy,
    audit: 'change',
    bodyLimit: 262_144,
    schemas: { params, query: keptRuleQuery, body: keptRuleBody, answer: keptRule },
    handle: async ({ params: { id }, body: { source }, request }, { ruleDesk }) =>
      kept(await ruleDesk.put(id, source, expectedBy(request))),
  }),
  route({
    name: 'rules.check',
    method: 'POST',
    url: '/api/rules/:id/check',
    summary: 'What would be wrong with a rule if it were written; nothing changes',
    policy: { ...policy, roles: triagers },
    audit: 'own',
    bodyLimit: 262_144,
    schemas: { params, body: keptRuleBody, answer: ruleCheck },
    handle: async ({ params: { id }, body: { source } }, { ruleDesk }) => ({
      faults: [...(await ruleDesk.check(id, source))],
    }),
  }),
  route({
    name: 'rules.remove',
    method: 'DELETE',
    url: '/api/rules/:id',
    summary: 'Delete a rule that was written through the API',
    policy,
    audit: 'change',
    schemas: { params, query: keptRuleQuery, answer: keptRule },
    handle: async ({ params: { id }, request }, { ruleDesk }) =>
      kept(await ruleDesk.remove(id, expectedBy(request))),
  }),
  route({
    name: 'rules.restore',
    method: 'POST',
    url: '/api/rules/:id/restore',
    summary: 'Bring back the version before, also of a deleted rule; once more, and this one is back',
    policy,
    audit: 'change',
    schemas: { params, query: keptRuleQuery, answer: keptRule },
    handle: async ({ params: { id }, request }, { ruleDesk }) =>
      kept(await ruleDesk.restore(id, expectedBy(request))),
  }),
];

function kept(outcome: RuleOutcome) {
  if (outcome.ok) return outcome.rule;
  throw errors[outcome.code](outcome.details);
}

/** `If-Match` with versions or `*`, and `If-None-Match: *` for what must not be there yet (RFC 9110, 13.1). */
export function expectedBy({ headers }: FastifyRequest): ExpectedVersion {
  const wanted = headers['if-match']?.split(',').map((each) => each.trim().replace(/^(?:W\/)?"(.*)"$/, '$1'));
  const isNew = headers['if-none-match'] === '*';
  return (version) => {
    if (isNew && version !== null) return false;
    return wanted === undefined || (version !== null && (wanted.includes('*') || wanted.includes(version)));
  };
}
