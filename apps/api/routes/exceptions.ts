import { z } from 'zod';
import { errors } from '../errors.ts';
import { previewOf } from '../exception_preview.ts';
import { type Route, route } from '../route.ts';
import * as schemas from '../schemas/exceptions.ts';
import { engineers, triagers } from '../security/scope.ts';

/** Their values come from events of any class, so only those who work on everything see them. */
const policy = { kind: 'session', roles: triagers, wholeReach: true } as const;

export const exceptionRoutes: readonly Route[] = [
  route({
    name: 'exceptions.list',
    method: 'GET',
    url: '/api/exceptions',
    summary: 'Exceptions from rules, in force or not, newest first',
    policy,
    audit: 'read',
    schemas: { answer: schemas.exceptionList },
    handle: async (_call, { exceptions }) => ({ exceptions: await exceptions.list() }),
  }),
  route({
    name: 'exceptions.add',
    method: 'POST',
    url: '/api/exceptions',
    summary: 'Keep rules from matching certain events; in force within seconds',
    policy,
    audit: 'change',
    schemas: { body: schemas.exceptionBody, answer: schemas.exceptionMade },
    handle: async ({ body, scope }, { exceptions }) => {
      const added = await exceptions.add({ ...body, by: scope.principal });
      if (!added.ok) throw errors.EXCEPTION_INVALID({ why: added.why });
      const { exception, redirected } = added;
      return { exception, redirected };
    },
  }),
  route({
    name: 'exceptions.preview',
    method: 'POST',
    url: '/api/exceptions/preview',
    summary: 'Which alerts an exception would have kept from being made, as many as a second is enough for',
    policy,
    audit: 'read',
    schemas: { body: schemas.exceptionPreviewBody, answer: schemas.exceptionPreview },
    handle: async ({ body, scope }, { exceptions, alerts }) => {
      const judged = await exceptions.preview(body);
      if (!judged.ok) throw errors.EXCEPTION_INVALID({ why: judged.why });
      return previewOf({ ...body, hides: judged.hides }, scope, alerts);
    },
  }),
  route({
    name: 'exceptions.remove',
    method: 'DELETE',
    url: '/api/exceptions/:id',
    summary: 'Remove an exception; who is neither engineer nor administrator, one of their own',
    policy,
    audit: 'change',
    schemas: { params: z.object({ id: z.string().max(512) }), answer: schemas.exception },
    handle: async ({ params: { id }, scope, caller }, { exceptions }) => {
      const found = (await exceptions.list()).find((one) => one.id === id);
      if (found === undefined) throw errors.EXCEPTION_UNKNOWN({ id });
      // Others take back only what they made themselves.
      const mayRemoveAny = 'user' in caller && caller.user.roles.some((role) => engineers.includes(role));
      if (!mayRemoveAny && found.author !== scope.principal)
        throw errors.ROLE_MISSING({ roles: engineers.join(', ') });
      if (!(await exceptions.remove(id))) throw errors.EXCEPTION_SHARED({ file: found.file });
      return found;
    },
  }),
];
