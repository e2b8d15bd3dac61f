import type { SourcePosition } from '@tidewatch/event/ids';
import type { Accept, Acceptance, RawRecord, RecordFormat } from '@tidewatch/plugin';
import { errors } from '../errors.ts';
import { chargeLists } from '../quota.ts';
import { createSlices } from '../slices.ts';
import type { Admission } from './admission.ts';
import type { Visit } from './guard.ts';

/** One document of a request, before it is a record. */
export interface Document {
  readonly bytes: Buffer;
  readonly source: string;
  /** The sender's own id. */
  readonly id?: string | undefined;
  readonly index?: string;
}

/** What one request says of all its documents. */
export interface RequestFacts extends Visit {
  readonly idempotencyKey: string | undefined;
  readonly format: RecordFormat;
  readonly dataset?: string | undefined;
}

/** The answer to one document: the pipeline's, or why none was given. */
export type Taken = Acceptance | { readonly status: 'failed'; readonly error: unknown };

/** Hands a request's documents on, one call for each source, and answers in their order. */
export type TakeDocuments = (documents: readonly Document[], facts: RequestFacts) => Promise<Taken[]>;

/** No shipper writes to more indices at once; made-up names would cost everybody. */
const maxSources = 100;

interface Group {
  readonly source: string;
  /** Where its documents stand among all. */
  readonly places: number[];
  bytes: number;
}

/**
 * When nothing at all was taken a call rejects with the first reason, so that the sender hears 429 or 503 and sends
 * all of it again.
 */
export function createTakeDocuments(accept: Accept, admission: Admission): TakeDocuments {
  return async (documents, facts) => {
    const groups = await groupBySource(documents);
    if (groups.length > maxSources)
      throw errors.TOO_MANY_SOURCES({ sources: groups.length, limit: maxSources });
    const answers = new Array<Taken>(documents.length);
    const answer = ({ places }: Group, given: Taken): void => {
      for (const at of places) answers[at] = given;
    };
    const allowed = groups.filter((group) => {
      if (facts.sender.maySend(group.source)) return true;
      const { code, message } = errors.SOURCE_FORBIDDEN({ key: facts.sender.key, source: group.source });
      answer(group, { status: 'refused', reason: code.toLowerCase(), message });
      return false;
    });
    const refusals = admission.admit(
      facts.sender,
      allowed.map(({ source, places, bytes }) => ({ source, events: places.length, bytes })),
    );
    const toRecord = recordMaker(facts);
    const charged = chargeLists(accept, (source, _, events) =>
      admission.charge(facts.sender, source, events),
    );
    const calls = allowed.map(async (group, i) => {
      const error = refusals[i];
      if (error !== undefined) return answer(group, { status: 'failed', error });
      try {
        const accepted = await charged(group.source, await recordsOf(group, documents, toRecord));
        group.places.forEach((at, j) => {
          answers[at] = accepted[j] as Acceptance;
        });
      } catch (error) {
        answer(group, { status: 'failed', error });
      }
    });
    await Promise.all(calls);
    if (answers.every(({ status }) => status === 'failed')) throw (answers[0] as { error: unknown }).error;
    return answers;
  };
}

async function groupBySource(documents: readonly Document[]): Promise<Group[]> {
  const groups = new Map<string, Group>();
  const due = createSlices();
  let group: Group | undefined;
  for (let at = 0; at < documents.length; at++) {
    if ((at & 1023) === 1023) await due();
    const { source, bytes } = documents[at] as Document;
    if (group?.source !== source) group = groups.get(source);
    if (group === undefined) {
      group = { source, places: [], bytes: 0 };
      groups.set(source, group);
    }
    group.places.push(at);
    group.bytes += bytes.length;
  }
  return [...groups.values()];
}

async function recordsOf(
  { places }: Group,
  documents: readonly Document[],
  toRecord: (document: Document, item: number) => RawRecord,
): Promise<RawRecord[]> {
  const records: RawRecord[] = [];
  const due = createSlices();
  for (const at of places) {
    if ((records.length & 1023) === 1023) await due();
    records.push(toRecord(documents[at] as Document, at));
  }
  return records;
}

/** Records of one index share one object of hints. */
function recordMaker(facts: RequestFacts): (document: Document, item: number) => RawRecord {
  const received = Date.now();
  const { peer, dataset, format, sender } = facts;
  const common = {
    peer,
    ...(sender.subject === undefined ? {} : { subject: sender.subject }),
    ...(dataset === undefined ? {} : { dataset }),
  };
  const hints = new Map<string | undefined, RawRecord['hints']>();
  return (document, item) => {
    const { index, bytes } = document;
    let own = hints.get(index);
    if (own === undefined) {
      own = index === undefined ? common : { ...common, index };
      hints.set(index, own);
    }
    return { bytes, format, position: positionOf(document, item, facts), received, hints: own };
  };
}

function positionOf(document: Document, item: number, facts: RequestFacts): SourcePosition {
  const sender = facts.sender.key ?? document.source;
  const { id, index = document.source } = document;
  if (id !== undefined) return { kind: 'sender', sender, index, id };
  if (facts.idempotencyKey !== undefined) return { kind: 'request', sender, key: facts.idempotencyKey, item };
  return { kind: 'none' };
}
