import type { Accept } from '@tidewatch/plugin';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { plainAddress } from '../bind.ts';
import { errors } from '../errors.ts';
import { createSourceMap, isName } from '../names.ts';
import { bulkAnswer, documentAnswer, errorBody, failureOf, ingestAnswer } from './answers.ts';
import type { ReadBody } from './body.ts';
import { parseBulk } from './bulk.ts';
import type { HttpConfig } from './config.ts';
import { splitDocuments } from './documents.ts';
import type { Sender } from './guard.ts';
import { type Document, type RequestFacts, takeDocuments } from './take.ts';

export interface RouteDeps {
  readonly accept: Accept;
  readonly readBody: ReadBody;
  readonly senderOf: (request: FastifyRequest) => Sender;
}

/** Puts the routes that take events on the server. */
export function serveEvents(app: FastifyInstance, config: HttpConfig, deps: RouteDeps): void {
  const sourceOf = createSourceMap(config.sources);

  app.route({ method: ['POST', 'PUT'], url: '/_bulk', handler: bulk });
  app.route({ method: ['POST', 'PUT'], url: '/:index/_bulk', handler: bulk });
  app.post('/:index/_doc', document);
  app.route({ method: ['POST', 'PUT'], url: '/:index/_doc/:id', handler: document });
  app.route({ method: ['POST', 'PUT'], url: '/:index/_create/:id', handler: document });
  app.post('/ingest/:source', ingest);

  async function bulk(request: FastifyRequest, reply: FastifyReply) {
    const began = Date.now();
    const { index } = request.params as { index?: string };
    const facts = factsOf(request, 'json');
    const body = await deps.readBody(request.raw, reply.raw);
    const operations = await parseBulk(body, {
      ...(index === undefined ? {} : { index: name(index) }),
      maxDocuments: config.max_documents,
    });
    const documents = operations.flatMap((operation): Document[] =>
      operation.document === undefined
        ? []
        : [
            {
              bytes: operation.document,
              source: sourceOf(operation.index),
              id: operation.id,
              index: operation.index,
            },
          ],
    );
    const taken = documents.length === 0 ? [] : await takeDocuments(deps.accept, documents, facts);
    reply.type('application/json');
    return bulkAnswer(operations, taken, Date.now() - began);
  }

  async function document(request: FastifyRequest, reply: FastifyReply) {
    const params = request.params as { index: string; id?: string };
    const index = name(params.index);
    const facts = factsOf(request, 'json');
    const bytes = await deps.readBody(request.raw, reply.raw);
    if (bytes.length === 0) throw errors.EMPTY_BODY();
    const [taken] = await takeDocuments(
      deps.accept,
      [{ bytes, source: sourceOf(index), id: params.id, index }],
      facts,
    );
    const failed = taken && failureOf(taken);
    if (taken === undefined || failed !== undefined)
      return reply.code(failed?.status ?? 500).send(failed && errorBody(failed));
    return reply
      .code(201)
      .type('application/json')
      .send(documentAnswer(index, params.id ?? ('id' in taken ? taken.id : '')));
  }

  async function ingest(request: FastifyRequest, reply: FastifyReply) {
    const source = name((request.params as { source: string }).source);
    const { dataset } = request.query as { dataset?: string };
    const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
    const json =
      type === 'application/json' || type === 'application/x-ndjson' || type === 'application/ndjson';
    const facts = factsOf(request, json ? 'json' : 'auto', dataset === undefined ? undefined : name(dataset));
    const body = await deps.readBody(request.raw, reply.raw);
    const bytes = await splitDocuments(body, {
      text: type === 'text/plain',
      maxDocuments: config.max_documents,
    });
    const taken = await takeDocuments(
      deps.accept,
      bytes.map((one) => ({ bytes: one, source })),
      facts,
    );
    const answer = ingestAnswer(taken);
    return reply.code(answer.refused === taken.length ? 403 : 200).send(answer);
  }

  function factsOf(request: FastifyRequest, format: RequestFacts['format'], dataset?: string): RequestFacts {
    const { 'idempotency-key': key } = request.headers;
    if (key !== undefined && (typeof key !== 'string' || key.length === 0 || key.length > 256))
      throw errors.INVALID_IDEMPOTENCY_KEY();
    return {
      sender: deps.senderOf(request),
      idempotencyKey: key,
      peer: plainAddress(request.socket.remoteAddress ?? ''),
      format,
      dataset,
    };
  }
}

function name(text: string): string {
  if (!isName(text)) throw errors.INVALID_NAME({ name: text.slice(0, 255) });
  return text;
}
