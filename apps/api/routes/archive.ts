import type { ArchiveFilter } from '@tidewatch/store/archive';
import type { z } from 'zod';
import { errors } from '../errors.ts';
import { resolveRange } from '../range.ts';
import { type Api, type Route, route } from '../route.ts';
import * as schemas from '../schemas/archive.ts';
import { engineers } from '../security/scope.ts';

const day = 86_400_000;
const readers = {
  kind: 'session',
  roles: [...engineers, 'privacy_officer'],
  orAdminToken: true,
  wholeReach: true,
} as const;
const workers = { kind: 'session', roles: engineers, orAdminToken: true, wholeReach: true } as const;

function archiveOf({ archive }: Api) {
  if (archive === undefined) throw errors.ARCHIVE_OFF();
  return archive;
}

function toFilter(asked: z.output<typeof schemas.archiveQuery>, now: number): ArchiveFilter {
  const range = resolveRange(asked, now);
  return { ...range, ...(asked.class !== undefined && { dataClass: asked.class }) };
}

export const archiveRoutes: readonly Route[] = [
  route({
    name: 'archive.list',
    method: 'GET',
    url: '/api/archive',
    summary: 'Files of the archive with events of a stretch of time, oldest first',
    policy: readers,
    audit: 'read',
    schemas: { query: schemas.archiveQuery, answer: schemas.archivedFiles },
    handle: async ({ query, now }, api) => {
      const archive = archiveOf(api);
      return { place: archive.place, files: await archive.list(toFilter(query, now), now) };
    },
  }),
  route({
    name: 'archive.restore',
    method: 'POST',
    url: '/api/archive/restore',
    summary: 'Begin to bring files back for searches and backtests; the list tells how far it is',
    policy: workers,
    audit: 'change',
    schemas: { body: schemas.archiveRestoreBody, answer: schemas.archivedFiles },
    handle: async ({ body, now }, api) => {
      const archive = archiveOf(api);
      const files = await archive.restore(toFilter(body, now), now + body.days * day, now);
      return { place: archive.place, files };
    },
  }),
];
