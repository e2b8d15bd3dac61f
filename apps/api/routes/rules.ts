import { z } from 'zod';
import { errors } from '../errors.ts';
import { everyone, type Route, route } from '../route.ts';
import * as schemas from '../schemas/system.ts';

const policy = { kind: 'session', roles: everyone } as const;

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
    name: 'rules.get',
    method: 'GET',
    url: '/api/rules/:id',
    summary: 'One rule as written',
    policy,
    audit: 'own',
    schemas: { params: z.object({ id: z.string().max(512) }), answer: schemas.ruleDetail },
    handle: async ({ params: { id } }, { rules }) => {
      const rule = await rules.get(id);
      if (rule === undefined) throw errors.RULE_UNKNOWN({ id });
      return rule;
    },
  }),
];
