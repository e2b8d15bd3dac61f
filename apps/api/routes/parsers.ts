import { z } from 'zod';
import { errors } from '../errors.ts';
import type { ParserTried } from '../parser_desk.ts';
import { everyone, type Route, route } from '../route.ts';
import * as schemas from '../schemas/parsers.ts';
import { engineers } from '../security/scope.ts';

const readers = { kind: 'session', roles: everyone, orAdminToken: true } as const;
const policy = { kind: 'session', roles: engineers, orAdminToken: true } as const;
/** Bytes: lines of logs, in JSON. */
const bodyLimit = 4 * 1_048_576;

export const parserRoutes: readonly Route[] = [
  route({
    name: 'parsers.list',
    method: 'GET',
    url: '/api/parsers',
    summary: 'Every parser in force with what it did, and why others are not',
    policy: readers,
    audit: 'own',
    schemas: { answer: schemas.parserList },
    handle: async (_call, { parsers }) => parsers.list(),
  }),
  route({
    name: 'parsers.get',
    method: 'GET',
    url: '/api/parsers/:name',
    summary: 'One parser as written',
    policy: readers,
    audit: 'own',
    schemas: { params: z.object({ name: z.string().max(100) }), answer: schemas.parserDetail },
    handle: async ({ params: { name } }, { parsers }) => {
      const parser = parsers.get(name);
      if (parser === undefined) throw errors.PARSER_UNKNOWN({ name });
      return parser;
    },
  }),
  // These keep nothing: what is sent is in the answer only.
  route({
    name: 'parsers.parse',
    method: 'POST',
    url: '/api/parsers/parse',
    summary: 'What records become, and what each processor did to them; nothing is kept',
    policy,
    audit: 'own',
    bodyLimit,
    schemas: { body: schemas.parseBody, answer: schemas.parseTrial },
    handle: async ({ body }, { parsers }) => tried(await parsers.parse(body)),
  }),
  route({
    name: 'parsers.test',
    method: 'POST',
    url: '/api/parsers/test',
    summary: 'Run the tests of a parser that is not in force, among those that are',
    policy,
    audit: 'own',
    bodyLimit,
    schemas: { body: schemas.parserTestBody, answer: schemas.parserTestResult },
    handle: async ({ body }, { parsers }) => tried(await parsers.test(body)),
  }),
  route({
    name: 'parsers.suggest',
    method: 'POST',
    url: '/api/parsers/suggest',
    summary: 'Shapes of records that no parser understands, most frequent first, with a way to read each',
    policy,
    audit: 'own',
    bodyLimit,
    schemas: { body: schemas.suggestBody, answer: schemas.suggestions },
    handle: async ({ body }, { parsers }) => tried(await parsers.suggest(body)),
  }),
];

function tried<T>(outcome: ParserTried<T>): T {
  if (outcome.ok) return outcome.value;
  if ('busy' in outcome) throw errors.PARSER_TRIALS_BUSY();
  if ('ended' in outcome) throw errors.PARSER_TRIAL_ENDED({ why: outcome.ended });
  const [first] = outcome.issues;
  const why = first === undefined ? '' : `${first.path === '' ? '' : `${first.path}: `}${first.message}`;
  throw errors.PARSER_INVALID({ why, issues: outcome.issues });
}
