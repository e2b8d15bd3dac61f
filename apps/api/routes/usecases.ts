import { z } from 'zod';
import { errors } from '../errors.ts';
import { everyone, type Route, route } from '../route.ts';
import * as schemas from '../schemas/usecases.ts';
import type { Caller } from '../security/caller.ts';
import type { UseCaseOutcome } from '../use_case_desk.ts';
import { expectedBy } from './kept_rules.ts';

const readers = { kind: 'session', roles: everyone, orAdminToken: true } as const;
/** Engineers propose; only the privacy officer approves, see `approver`. */
const policy = {
  kind: 'session',
  roles: ['engineer', 'privacy_officer', 'admin'],
  orAdminToken: true,
} as const;
const params = z.object({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,99}$/, 'must be lower-case letters, digits and hyphens'),
});

/** Use-cases, of files and written through the API. */
export const useCaseRoutes: readonly Route[] = [
  route({
    name: 'usecases.list',
    method: 'GET',
    url: '/api/usecases',
    summary: 'Every use-case, in force or not and why, and what is wrong with files of governance',
    policy: readers,
    audit: 'own',
    schemas: { answer: schemas.useCaseList },
    handle: async (_call, { useCases }) => useCases.list(),
  }),
  route({
    name: 'usecases.get',
    method: 'GET',
    url: '/api/usecases/:id',
    summary: 'One use-case, and its file as written',
    policy: readers,
    audit: 'own',
    schemas: { params, answer: schemas.useCaseDetail },
    handle: async ({ params: { id: name }, reply }, { useCases }) => {
      const found = await useCases.get(name);
      if (found === undefined) throw errors.USECASE_UNKNOWN({ name });
      if (found.kept !== undefined) reply.header('etag', `"${found.kept.version}"`);
      return found;
    },
  }),
  route({
    name: 'usecases.put',
    method: 'PUT',
    url: '/api/usecases/:id',
    summary: 'Write a use-case (as `application/yaml`, or in JSON); what it says holds when this answers',
    policy,
    audit: 'change',
    // It is read beside everything else that the server does.
    bodyLimit: 65_536,
    schemas: {
      params,
      query: schemas.useCaseQuery,
      body: schemas.useCaseBody,
      answer: schemas.useCaseChanged,
    },
    handle: async ({ params: { id: name }, body: { source }, request, caller }, { useCases }) =>
      changed(await useCases.put(name, source, expectedBy(request), approver(caller))),
  }),
  route({
    name: 'usecases.remove',
    method: 'DELETE',
    url: '/api/usecases/:id',
    summary:
      'Withdraw a use-case that was written through the API; what was kept under it lives on as its class says',
    policy,
    audit: 'change',
    schemas: { params, query: schemas.useCaseQuery, answer: schemas.useCaseChanged },
    handle: async ({ params: { id: name }, request }, { useCases }) =>
      changed(await useCases.remove(name, expectedBy(request))),
  }),
  route({
    name: 'usecases.restore',
    method: 'POST',
    url: '/api/usecases/:id/restore',
    summary: 'Bring back the version before, also of a withdrawn use-case; once more, and this one is back',
    policy,
    audit: 'change',
    schemas: { params, query: schemas.useCaseQuery, answer: schemas.useCaseChanged },
    handle: async ({ params: { id: name }, request, caller }, { useCases }) =>
      changed(await useCases.restore(name, expectedBy(request), approver(caller))),
  }),
];

/** Who holds the admin token may write the files, too; a person approves, and no program in their name. */
function approver(caller: Caller) {
  if (caller.kind === 'local') return { may: 'anybody' } as const;
  return caller.kind === 'session' && caller.user.roles.includes('privacy_officer')
    ? ({ may: 'themselves', id: caller.user.id } as const)
    : ({ may: 'nobody' } as const);
}

function changed(outcome: UseCaseOutcome) {
  if (outcome.ok) return outcome.useCase;
  throw errors[outcome.code](outcome.details);
}
