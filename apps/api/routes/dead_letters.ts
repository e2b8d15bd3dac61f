import { toPredicate } from '@tidewatch/query';
import { z } from 'zod';
import type { DeadLetterChoice, DeadLetterFilter } from '../dead_letter_desk.ts';
import { errors } from '../errors.ts';
import { parseQuery } from '../kql.ts';
import { resolveTime } from '../range.ts';
import { type Route, route } from '../route.ts';
import * as schemas from '../schemas/dead_letters.ts';
import { engineers, triagers } from '../security/scope.ts';

/** Raw records have no data class yet, so only those who work on everything see them. */
const readers = { kind: 'session', roles: triagers, orAdminToken: true, wholeReach: true } as const;
const workers = { kind: 'session', roles: engineers, orAdminToken: true, wholeReach: true } as const;
const byId = z.object({ id: z.string().max(64) });

type AskedFilter = Omit<z.output<typeof schemas.deadLetterQuery>, 'limit' | 'after'>;

/** @throws TIME_INVALID, KQL_SYNTAX */
function toFilter({ q = '', from, to, ...rest }: AskedFilter, now: number): DeadLetterFilter {
  const { query: ast } = parseQuery(q);
  return {
    ...rest,
    ...(from === undefined ? {} : { from: resolveTime(from, now) }),
    ...(to === undefined ? {} : { to: resolveTime(to, now) }),
    ...(ast === undefined ? {} : { query: { matches: toPredicate(ast, { now }), text: q } }),
  };
}

type AskedChoice = z.output<typeof schemas.restoreBody>;

function toChoice(asked: AskedChoice, now: number): DeadLetterChoice {
  if ('ids' in asked) return { ids: asked.ids };
  return 'job' in asked ? { job: asked.job } : { filter: toFilter(asked.filter, now) };
}

/** Begins work that needs to know nothing but the letters. */
const startRoute = (
  verb: 'replay' | 'restore',
  summary: string,
  body: typeof schemas.replayBody | typeof schemas.restoreBody,
): Route =>
  route({
    name: `dead_letters.${verb}`,
    method: 'POST',
    url: `/api/dead-letters/${verb}`,
    summary,
    policy: workers,
    audit: 'change',
    schemas: { body, answer: schemas.deadLetterJob },
    handle: async ({ body: asked, scope, now }, { deadLetters }) =>
      deadLetters.start({ verb, choice: toChoice(asked, now), by: scope.principal }),
  });

export const deadLetterRoutes: readonly Route[] = [
  route({
    name: 'dead_letters.list',
    method: 'GET',
    url: '/api/dead-letters',
    summary: 'Records that could not be handled, newest first',
    policy: readers,
    audit: 'read',
    schemas: { query: schemas.deadLetterQuery, answer: schemas.deadLetterPage },
    handle: async ({ query: { limit, after, ...asked }, now }, { deadLetters }) =>
      deadLetters.search(toFilter(asked, now), { limit, ...(after === undefined ? {} : { after }) }),
  }),
  route({
    name: 'dead_letters.totals',
    method: 'GET',
    url: '/api/dead-letters/totals',
    summary: 'Open letters counted by stage, reason and source',
    policy: readers,
    audit: 'own',
    schemas: { answer: schemas.deadLetterTotals },
    handle: async (_call, { deadLetters }) => deadLetters.totals(),
  }),
  route({
    name: 'dead_letters.get',
    method: 'GET',
    url: '/api/dead-letters/:id',
    summary: 'One letter with all its bytes',
    policy: readers,
    audit: 'read',
    schemas: { params: byId, answer: schemas.deadLetter },
    handle: async ({ params: { id } }, { deadLetters }) => {
      const letter = await deadLetters.get(id);
      if (letter === undefined) throw errors.LETTER_UNKNOWN({ id });
      return letter;
    },
  }),
  startRoute('replay', 'Send letters through the parsers as they are now', schemas.replayBody),
  route({
    name: 'dead_letters.drop',
    method: 'POST',
    url: '/api/dead-letters/drop',
    summary: 'Settle letters that are not worth a replay',
    policy: workers,
    audit: 'change',
    schemas: { body: schemas.dropBody, answer: schemas.deadLetterJob },
    handle: async ({ body: { reason: note, ...body }, scope, now }, { deadLetters }) =>
      deadLetters.start({ verb: 'drop', choice: toChoice(body, now), by: scope.principal, note }),
  }),
  startRoute('restore', 'Open letters again that were dropped', schemas.restoreBody),
  route({
    name: 'dead_letters.jobs',
    method: 'GET',
    url: '/api/dead-letters/jobs',
    summary: 'Work on dead letters, newest first',
    policy: readers,
    audit: 'own',
    schemas: { answer: schemas.deadLetterJobs },
    handle: async (_call, { deadLetters }) => ({ jobs: deadLetters.jobs() }),
  }),
  route({
    name: 'dead_letters.job',
    method: 'GET',
    url: '/api/dead-letters/jobs/:id',
    summary: 'How far work on dead letters is',
    policy: readers,
    audit: 'own',
    schemas: { params: byId, answer: schemas.deadLetterJob },
    handle: async ({ params: { id } }, { deadLetters }) => {
      const job = deadLetters.job(id);
      if (job === undefined) throw errors.LETTER_JOB_UNKNOWN({ id });
      return job;
    },
  }),
  route({
    name: 'dead_letters.cancel',
    method: 'DELETE',
    url: '/api/dead-letters/jobs/:id',
    summary: 'End work on dead letters after those in hand',
    policy: workers,
    audit: 'change',
    schemas: { params: byId, answer: schemas.deadLetterJob },
    handle: async ({ params: { id } }, { deadLetters }) => {
      if (deadLetters.job(id) === undefined) throw errors.LETTER_JOB_UNKNOWN({ id });
      if (!deadLetters.cancel(id)) throw errors.LETTER_JOB_ENDED({ id });
      const job = deadLetters.job(id);
      if (job === undefined) throw errors.LETTER_JOB_UNKNOWN({ id });
      return job;
    },
  }),
];
