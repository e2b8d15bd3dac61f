import { z } from 'zod';
import { everyone, type Route, route } from '../route.ts';
import * as schemas from '../schemas/views.ts';

const policy = { kind: 'session', roles: everyone } as const;
const byId = z.object({ id: z.string().max(64) });

/** What people keep of pages: views under names, and their last searches. Each has to do with their own. */
export const viewRoutes: readonly Route[] = [
  route({
    name: 'views.list',
    method: 'GET',
    url: '/api/views',
    summary: 'Saved views, one’s own and those that others share',
    policy,
    audit: 'read',
    schemas: { answer: schemas.viewList },
    handle: async ({ scope }, { control }) => ({ views: await control.views.list(scope.principal) }),
  }),
  route({
    name: 'views.add',
    method: 'POST',
    url: '/api/views',
    summary: 'Save what a page shows under a name',
    policy,
    audit: 'change',
    schemas: { body: schemas.viewBody, answer: schemas.view },
    handle: ({ body, scope }, { control }) => control.views.add(scope.principal, body),
  }),
  route({
    name: 'views.default',
    method: 'PUT',
    url: '/api/views/default',
    summary: 'Say which view a page opens with',
    policy,
    audit: 'change',
    schemas: { body: schemas.defaultBody },
    handle: async ({ body: { page, view }, scope }, { control }) => {
      await control.views.setDefault(scope.principal, page, view);
      return undefined;
    },
  }),
  route({
    name: 'views.change',
    method: 'PUT',
    url: '/api/views/:id',
    summary: 'Rename, overwrite or share a view of one’s own',
    policy,
    audit: 'change',
    schemas: { params: byId, body: schemas.viewChangeBody, answer: schemas.view },
    handle: ({ params: { id }, body, scope }, { control }) => control.views.change(scope.principal, id, body),
  }),
  route({
    name: 'views.remove',
    method: 'DELETE',
    url: '/api/views/:id',
    summary: 'Delete a view of one’s own',
    policy,
    audit: 'change',
    schemas: { params: byId, answer: schemas.view },
    handle: ({ params: { id }, scope }, { control }) => control.views.remove(scope.principal, id),
  }),
  route({
    name: 'views.searches',
    method: 'GET',
    url: '/api/searches',
    summary: 'The last queries that one asked in a page',
    policy,
    audit: 'own',
    schemas: { query: schemas.searchesQuery, answer: schemas.searches },
    handle: async ({ query: { page }, scope }, { control }) => ({
      searches: await control.views.searches(scope.principal, page),
    }),
  }),
  route({
    name: 'views.note_search',
    method: 'PUT',
    url: '/api/searches',
    summary: 'Remember a query',
    policy,
    // The search itself is noted.
    audit: 'own',
    schemas: { body: schemas.searchBody },
    handle: async ({ body: { page, q }, scope }, { control }) => {
      await control.views.noteSearch(scope.principal, page, q);
      return undefined;
    },
  }),
  route({
    name: 'views.forget_searches',
    method: 'DELETE',
    url: '/api/searches',
    summary: 'Forget all queries that one asked',
    policy,
    audit: 'own',
    schemas: {},
    handle: async ({ scope }, { control }) => {
      await control.views.forgetSearches(scope.principal);
      return undefined;
    },
  }),
];
