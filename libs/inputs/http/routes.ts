import type { Accept } from '@tidewatch/plugin';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errors } from '../errors.ts';
import { createSourceMap, isName } from '../names.ts';
import { createSlices } from '../slices.ts';
import type { Admission } from './admission.ts';
import { bulkAnswer, documentAnswer, errorBody, failureOf, ingestAnswer } from './answers.ts';
import type { ReadBody } from './body.ts';
import { type BulkOperation, maxIdBytes, parseBulk } from './bulk.ts';
import type { HttpConfig } from './config.ts';
import { splitDocuments } from './documents.ts';
import { parseFilterPath } from './filter_path.ts';
import type { Visit } from './guard.ts';
import { createTakeDocuments, type Document, type RequestFacts, type Taken } from './take.ts';

export interface RouteDeps {
  readonly accept: Accept;
  readonly admission: Admission;
  readonly readBody: ReadBody;
  readonly visitOf: (request: FastifyRequest) => Visit;
  /** Counts records that were turned away from a request that was taken otherwise. */
  readonly refused: (reason: string, records: number) => void;
}

/** Puts the routes that take events on the server. */
export function serveEvents(app: FastifyInstance, config: HttpConfig, deps: RouteDeps): void {
  const sourceOf = createSourceMap(config.sources);
  const takeDocuments = createTakeDocuments(deps.accept, deps.admission);

  app.route({ method: ['POST', 'PUT'], url: '/_bulk', handler: bulk });
  app.route({ method: ['POST', 'PUT'], url: '/:index/_bulk', handler: bulk });
  app.post('/:index/_doc', document);
  app.route({ method: ['POST', 'PUT'], url: '/:index/_doc/:id', handler: document });
  app.route({ method: ['POST', 'PUT'], url: '/:index/_create/:id', handler: document });
  app.post('/ingest/:source', ingest);

  async function bulk(request: FastifyRequest, reply: FastifyReply) {
    const began = Date.now();
    const { index } = request.params as { index?: string };
    const { filter_path } = request.query as { filter_path?: unknown };
    const facts = factsOf(request, 'json');
    const body = await deps.readBody(request.raw, reply.raw);
    const operations = await parseBulk(body, {
      ...(index === undefined ? {} : { index }),
      maxDocuments: config.max_documents,
    });
    const documents = await documentsOf(operations, sourceOf);
    const taken = documents.length === 0 ? [] : await takeDocuments(documents, facts);
    countRefused(taken, operations);
    reply.type('application/json; charset=utf-8');
    return bulkAnswer(operations, taken, Date.now() - began, parseFilterPath(filter_path));
  }

  async function document(request: FastifyRequest, reply: FastifyReply) {
    const params = request.params as { index: string; id?: string };
    const index = name(params.index);
    if (params.id !== undefined && Buffer.byteLength(params.id) > maxIdBytes)
      throw errors.INVALID_ID({ limit: maxIdBytes });
    const facts = factsOf(request, 'json');
    const bytes = await deps.readBody(request.raw, reply.raw);
    if (bytes.length === 0) throw errors.EMPTY_BODY();
    const [taken] = await takeDocuments([{ bytes, source: sourceOf(index), id: params.id, index }], facts);
    const failed = taken && failureOf(taken);
    if (taken === undefined || failed !== undefined) {
      countRefused([taken].filter((one) => one !== undefined));
      return reply.code(failed?.status ?? 500).send(failed && errorBody(failed));
    }
    return reply.code(201).send(documentAnswer(index, params.id ?? ('id' in taken ? taken.id : '')));
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
      bytes.map((one) => ({ bytes: one, source })),
      facts,
    );
    countRefused(taken);
    const answer = ingestAnswer(taken);
    return reply.code(answer.refused === taken.length ? 403 : 200).send(answer);
  }

  function factsOf(request: FastifyRequest, format: RequestFacts['format'], dataset?: string): RequestFacts {
    const { 'idempotency-key': key } = request.headers;
    if (key !== undefined && (typeof key !== 'string' || key.length === 0 || key.length > 256))
      throw errors.INVALID_IDEMPOTENCY_KEY();
    const visit = deps.visitOf(request);
    deps.admission.ask(visit.sender);
    return { ...visit, idempotencyKey: key, format, dataset };
  }

  function countRefused(taken: readonly Taken[], operations: readonly BulkOperation[] = []): void {
    const counts = new Map<string, number>();
    const add = (reason: string) => counts.set(reason, (counts.get(reason) ?? 0) + 1);
    for (const answer of taken)
      if (answer.status === 'failed' || answer.status === 'refused') add(failureOf(answer)?.type ?? '');
    for (const { refusal } of operations) if (refusal !== undefined) add(refusal.type);
    for (const [reason, records] of counts) deps.refused(reason, records);
  }
}

async function documentsOf(
  operations: readonly BulkOperation[],
  sourceOf: (index: string) => string,
): Promise<Document[]> {
  const documents: Document[] = [];
  const due = createSlices();
  for (let at = 0; at < operations.length; at++) {
    if ((at & 1023) === 1023) await due();
    const { document, id, index } = operations[at] as BulkOperation;
    if (document !== undefined) documents.push({ bytes: document, source: sourceOf(index), id, index });
  }
  return documents;
}

function name(text: string): string {
  if (!isName(text)) throw errors.INVALID_NAME({ name: text.slice(0, 255) });
  return text;
}
