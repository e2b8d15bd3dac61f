import { z } from 'zod';
import type { DetectorDesk } from '../detector_desk.ts';
import { pastOf } from '../detector_history.ts';
import { errors } from '../errors.ts';
import { type Api, type Route, route } from '../route.ts';
import * as schemas from '../schemas/detectors.ts';
import { engineers, triagers } from '../security/scope.ts';

/** They name entities of any class, so only those who work on everything see them. */
const policy = { kind: 'session', roles: triagers, wholeReach: true, orAdminToken: true } as const;
const byId = z.object({ id: z.string().regex(/^[a-z0-9-]{1,64}$/) });
/** How far back effects reach. */
const backMs = 30 * 86_400_000;

/** What people say is normal of an entity, and what that would have hidden. */
export const detectorNormalRoutes: readonly Route[] = [
  route({
    name: 'detectors.normal',
    method: 'GET',
    url: '/api/detectors/:id/normal',
    summary: 'What people said is normal of its entities, newest first',
    policy,
    audit: 'read',
    schemas: { params: byId, answer: schemas.normalList },
    handle: async ({ params: { id } }, api) => {
      const normal = deskOf(api).normal(id);
      if (normal === undefined) throw errors.DETECTOR_UNKNOWN({ id });
      return { normal };
    },
  }),
  route({
    name: 'detectors.normal_effect',
    method: 'POST',
    url: '/api/detectors/:id/normal/effect',
    summary: 'What calling something normal would have hidden in the last 30 days',
    policy,
    audit: 'read',
    schemas: { params: byId, body: schemas.normalEffectBody, answer: schemas.normalEffect },
    handle: async ({ params: { id }, body, scope, now }, api) => {
      const from = now - backMs;
      const past = await pastOf(api, id, { from, to: now }, scope);
      const effect = deskOf(api).effect(id, body, past);
      if (effect === undefined) throw errors.DETECTOR_UNKNOWN({ id });
      return { from, complete: past.complete, effect };
    },
  }),
  route({
    name: 'detectors.normal_add',
    method: 'POST',
    url: '/api/detectors/:id/normal',
    summary: 'Say what is normal of an entity, or of all: no reason for an alert from now on',
    policy,
    audit: 'change',
    schemas: { params: byId, body: schemas.normalBody, answer: schemas.normalRow },
    handle: async ({ params: { id }, body, scope }, api) => {
      const added = await deskOf(api).addNormal(id, { ...body, by: scope.principal });
      if (added === 'unknown') throw errors.DETECTOR_UNKNOWN({ id });
      if (!added.ok) throw errors.NORMAL_INVALID({ why: added.why });
      return added.normal;
    },
  }),
  route({
    name: 'detectors.normal_remove',
    method: 'DELETE',
    url: '/api/detectors/:id/normal/:normal',
    summary: 'Take back what was said to be normal; who is neither engineer nor administrator, their own',
    policy,
    audit: 'change',
    schemas: { params: byId.extend({ normal: z.uuid() }), answer: schemas.normalRow },
    handle: async ({ params: { id, normal }, scope, caller }, api) => {
      const found = deskOf(api)
        .normal(id)
        ?.find((one) => one.id === normal);
      if (found === undefined) throw errors.NORMAL_UNKNOWN({ id: normal });
      const mayRemoveAny =
        caller.kind === 'local' ||
        ('user' in caller && caller.user.roles.some((role) => engineers.includes(role)));
      if (!mayRemoveAny && found.author !== scope.principal)
        throw errors.ROLE_MISSING({ roles: engineers.join(', ') });
      await deskOf(api).removeNormal(id, normal);
      return found;
    },
  }),
  route({
    name: 'detectors.suggestions',
    method: 'GET',
    url: '/api/detectors/:id/suggestions',
    summary: 'Thresholds and what is normal, as verdicts of the last 30 days speak for',
    policy,
    audit: 'read',
    schemas: { params: byId, answer: schemas.suggestionList },
    handle: async ({ params: { id }, scope, now }, api) => {
      const from = now - backMs;
      const past = await pastOf(api, id, { from, to: now }, scope);
      const suggestions = deskOf(api).suggestions(id, past);
      if (suggestions === undefined) throw errors.DETECTOR_UNKNOWN({ id });
      return { from, complete: past.complete, suggestions };
    },
  }),
];

function deskOf({ detectors }: Api): DetectorDesk {
  if (detectors === undefined) throw errors.DETECTORS_ABSENT();
  return detectors;
}
