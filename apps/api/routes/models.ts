import { errors } from '../errors.ts';
import { parseQuery } from '../kql.ts';
import type { VersionAsked } from '../model_desk.ts';
import { modelSpeed } from '../model_speed.ts';
import { resolveRange } from '../range.ts';
import { type Api, everyone, type Route, route } from '../route.ts';
import * as schemas from '../schemas/models.ts';
import { engineers } from '../security/scope.ts';

const readers = { kind: 'session', roles: everyone, orAdminToken: true } as const;
const policy = { kind: 'session', roles: engineers, orAdminToken: true } as const;
/** Bytes of a part of a file, in Base64. */
const bodyLimit = 1_500_000;

/** Models that score events, and their lives. */
export const modelRoutes: readonly Route[] = [
  route({
    name: 'models.list',
    method: 'GET',
    url: '/api/models',
    summary: 'Every model with its versions, their stages, and why one does not run',
    policy: readers,
    audit: 'own',
    schemas: { answer: schemas.modelList },
    handle: async (_call, { models }) => ({ models: [...((await models?.list()) ?? [])] }),
  }),
  route({
    name: 'models.get',
    method: 'GET',
    url: '/api/models/:name',
    summary: 'One model: its versions with manifest and card, and who made which of them live',
    policy: readers,
    audit: 'own',
    schemas: { params: schemas.byModel, answer: schemas.modelDetail },
    handle: async ({ params: { name } }, api) => deskOf(api).get(name),
  }),
  route({
    name: 'models.scores',
    method: 'GET',
    url: '/api/models/:name/versions/:version/scores',
    summary: 'How the stored scores of a version spread, and how fast it scores',
    policy: readers,
    audit: 'read',
    schemas: { params: schemas.byVersion, query: schemas.scoresQuery, answer: schemas.modelScores },
    handle: async ({ params, query, scope, now }, { events, metrics }) => {
      const range = resolveRange(query, now);
      const tenths = scoreQueries(params).map((asked) =>
        events.count({ ...parseQuery(asked), range }, scope),
      );
      return { tenths: await Promise.all(tenths), speed: await modelSpeed(metrics, params) };
    },
  }),
  route({
    name: 'models.upload',
    method: 'PUT',
    url: '/api/models/:name/versions/:version/files/:file',
    summary: 'Send the next part of a file of a version that is to be added',
    policy,
    // By the handler: the bytes must not stand there.
    audit: 'own',
    bodyLimit,
    schemas: { params: schemas.byFile, body: schemas.filePart, answer: schemas.fileSize },
    handle: async ({ params, body: { offset, content }, scope, request }, api) => {
      const part = Buffer.from(content, 'base64');
      const detail = { offset, bytes: part.length };
      const entry = { who: scope.principal, action: 'models.upload', target: request.url, detail };
      await api.audit.change(entry);
      return { bytes: await deskOf(api).upload({ ...params, offset, content: part }) };
    },
  }),
  route({
    name: 'models.add',
    method: 'POST',
    url: '/api/models/:name/versions/:version',
    summary: 'Add the version whose files were sent, as a candidate, if nothing is wrong with it',
    policy,
    audit: 'change',
    schemas: { params: schemas.byVersion, answer: schemas.modelList.shape.models.element },
    handle: async ({ params }, api) => deskOf(api).add(params),
  }),
  route({
    name: 'models.backtest',
    method: 'POST',
    url: '/api/models/:name/versions/:version/backtest',
    summary:
      'What a version would have found in stored events, or in a sample that is spread over them, and which gates it passes',
    policy,
    audit: 'read',
    schemas: { params: schemas.byVersion, body: schemas.backtestModelBody, answer: schemas.modelBacktest },
    handle: async ({ params, body, scope, now }, api) =>
      deskOf(api).backtest({ ...params, range: resolveRange(body, now), events: body.events, scope }),
  }),
  route({
    name: 'models.promote',
    method: 'POST',
    url: '/api/models/:name/versions/:version/promote',
    summary:
      'Let a version store scores (shadow), or raise alerts, too (live); the one that was live retires',
    policy,
    audit: 'change',
    schemas: { params: schemas.byVersion, body: schemas.promoteBody, answer: schemas.modelChanged },
    handle: async ({ params, body, scope }, api) =>
      deskOf(api).promote({ ...params, ...body, by: scope.principal, scope }),
  }),
  route({
    name: 'models.retire',
    method: 'POST',
    url: '/api/models/:name/versions/:version/retire',
    summary: 'Let a version score no more',
    policy,
    audit: 'change',
    schemas: {
      params: schemas.byVersion,
      body: schemas.whyBody,
      answer: schemas.modelList.shape.models.element,
    },
    handle: async ({ params, body: { why }, scope }, api) =>
      deskOf(api).retire({ ...params, why, by: scope.principal }),
  }),
  route({
    name: 'models.rollback',
    method: 'POST',
    url: '/api/models/:name/rollback',
    summary: 'Make the version live again that was before',
    policy,
    audit: 'change',
    schemas: {
      params: schemas.byModel,
      body: schemas.whyBody,
      answer: schemas.modelList.shape.models.element,
    },
    handle: async ({ params: { name }, body: { why }, scope }, api) =>
      deskOf(api).rollback({ name, why, by: scope.principal }),
  }),
];

function deskOf({ models }: Api) {
  if (models === undefined) throw errors.MODELS_ABSENT();
  return models;
}

/** What asks for the stored scores of each tenth. */
function scoreQueries({ name, version }: VersionAsked): readonly string[] {
  const score = 'tidewatch.score';
  const own = `event.dataset: "tidewatch.scores" and ${score}.name: ${JSON.stringify(name)} and ${score}.version: ${JSON.stringify(version)}`;
  return Array.from({ length: 10 }, (_, tenth) => {
    const upper = tenth === 9 ? '' : ` and ${score}.value < ${(tenth + 1) / 10}`;
    return `${own} and ${score}.value >= ${tenth / 10}${upper}`;
  });
}
