import type { SourcePosition } from '@tidewatch/event/ids';
import type { Accept, Acceptance, RawRecord, RecordFormat } from '@tidewatch/plugin';
import { errors } from '../errors.ts';
import type { Sender } from './guard.ts';

/** One document of a request, before it is a record. */
export interface Document {
  readonly bytes: Buffer;
  readonly source: string;
  /** The sender's own id. */
  readonly id?: string | undefined;
  readonly index?: string;
}

/** What one request says of all its documents. */
export interface RequestFacts {
  readonly sender: Sender;
  readonly idempotencyKey: string | undefined;
  readonly peer: string;
  readonly format: RecordFormat;
  readonly dataset?: string | undefined;
}

/** The answer to one document: the pipeline's, or why none was given. */
export type Taken = Acceptance | { readonly status: 'failed'; readonly error: unknown };

/** No shipper writes to more indices at once; made-up names would cost everybody. */
const maxSources = 100;

/**
 * Hands a request's documents on, one call for each source, and answers in their order. When nothing at all was taken
 * it rejects with the first reason, so that the sender hears 429 or 503 and sends all of it again.
 */
export async function takeDocuments(
  accept: Accept,
  documents: readonly Document[],
  facts: RequestFacts,
): Promise<Taken[]> {
  const bySource = placesBySource(documents);
  if (bySource.size > maxSources)
    throw errors.TOO_MANY_SOURCES({ sources: bySource.size, limit: maxSources });
  const answers = new Array<Taken>(documents.length);
  const hints = hintsOf(facts);
  const received = Date.now();
  const calls = [...bySource].map(async ([source, places]) => {
    if (!facts.sender.maySend(source)) {
      const { code, message } = errors.SOURCE_FORBIDDEN({ key: facts.sender.key, source });
      for (const at of places) answers[at] = { status: 'refused', reason: code.toLowerCase(), message };
      return;
    }
    const records = places.map((at): RawRecord => {
      const document = documents[at] as Document;
      return {
        bytes: document.bytes,
        format: facts.format,
        position: positionOf(document, at, facts),
        received,
        hints: hints(document.index),
      };
    });
    try {
      const accepted = await accept(source, records);
      places.forEach((at, i) => {
        answers[at] = accepted[i] as Acceptance;
      });
    } catch (error) {
      for (const at of places) answers[at] = { status: 'failed', error };
    }
  });
  await Promise.all(calls);
  if (answers.every(({ status }) => status === 'failed')) throw (answers[0] as { error: unknown }).error;
  return answers;
}

function placesBySource(documents: readonly Document[]): Map<string, number[]> {
  const bySource = new Map<string, number[]>();
  documents.forEach(({ source }, at) => {
    const places = bySource.get(source);
    if (places === undefined) bySource.set(source, [at]);
    else places.push(at);
  });
  return bySource;
}

function positionOf(document: Document, item: number, facts: RequestFacts): SourcePosition {
  const sender = facts.sender.key ?? document.source;
  const { id, index = document.source } = document;
  if (id !== undefined) return { kind: 'sender', sender, index, id };
  if (facts.idempotencyKey !== undefined) return { kind: 'request', sender, key: facts.idempotencyKey, item };
  return { kind: 'none' };
}

/** One object of hints for each index, shared by its records. */
function hintsOf({ peer, dataset }: RequestFacts): (index: string | undefined) => RawRecord['hints'] {
  const known = new Map<string | undefined, RawRecord['hints']>();
  return (index) => {
    let hints = known.get(index);
    if (hints === undefined) {
      hints = {
        peer,
        ...(index === undefined ? {} : { index }),
        ...(dataset === undefined ? {} : { dataset }),
      };
      known.set(index, hints);
    }
    return hints;
  };
}
