import { type Route, route } from '../route.ts';
import * as schemas from '../schemas/originals.ts';

/** They are told and erased in all classes. */
const policy = {
  kind: 'session',
  roles: ['privacy_officer', 'admin'],
  orAdminToken: true,
  wholeReach: true,
} as const;

/** What pseudonyms stand for stays sealed: it is only said where some is kept, and erased (GDPR, article 17). */
export const originalRoutes: readonly Route[] = [
  route({
    name: 'originals.find',
    method: 'POST',
    url: '/api/originals/find',
    summary: 'Where sealed originals of pseudonyms are kept; none is opened',
    policy,
    audit: 'read',
    schemas: { body: schemas.originalsBody, answer: schemas.keptOriginals },
    handle: async ({ body: { pseudonyms } }, { control }) => ({
      items: control.originals
        .findAll(pseudonyms)
        .map(({ pseudonym, dataClass, field, seen }) => ({ pseudonym, dataClass, field, seen })),
    }),
  }),
  route({
    name: 'originals.erase',
    method: 'POST',
    url: '/api/originals/erase',
    summary: 'Erase sealed originals of pseudonyms, in all classes',
    policy,
    audit: 'change',
    schemas: { body: schemas.originalsErasure, answer: schemas.erasedOriginals },
    handle: async ({ body: { pseudonyms } }, { control }) => ({
      erased: control.originals.erase(pseudonyms),
    }),
  }),
];
