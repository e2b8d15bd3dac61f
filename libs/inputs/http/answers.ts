import { isTidewatchError } from '@tidewatch/event';
import { createSlices } from '../slices.ts';
import type { BulkOperation, BulkVerb } from './bulk.ts';
import type { BulkFilter } from './filter_path.ts';
import type { Taken } from './take.ts';

/** A failure in the words of Elasticsearch's API: a status and a typed reason. */
export interface Failed {
  readonly status: number;
  readonly type: string;
  readonly reason: string;
}

/** An error as the body of a whole answer. */
export const errorBody = ({ status, type, reason }: Failed) => ({
  error: { root_cause: [{ type, reason }], type, reason },
  status,
});

/** Why a document is not an event, or undefined when it is. */
export function failureOf(taken: Taken): Failed | undefined {
  switch (taken.status) {
    case 'accepted':
      return undefined;
    case 'dead_letter': {
      const reason = `${taken.reason}: ${taken.message} Kept in the dead letters as ${taken.id}.`;
      return { status: 400, type: 'document_parsing_exception', reason };
    }
    case 'refused':
      return { status: 403, type: 'security_exception', reason: `${taken.reason}: ${taken.message}` };
    case 'failed':
      return thrown(taken.error);
  }
}

/** An expected error with its own status and code; anything else as 500 that gives nothing away. */
export const thrown = (error: unknown): Failed =>
  isTidewatchError(error)
    ? { status: error.status, type: error.code.toLowerCase(), reason: error.message }
    : { status: 500, type: 'internal_error', reason: 'Tidewatch failed on this request; its log says why.' };

/** What Elasticsearch says of a document it has written; there is no shard or sequence here, but clients look for them. */
const written = {
  _version: 1,
  result: 'created',
  _shards: { total: 1, successful: 1, failed: 0 },
  _seq_no: 0,
  _primary_term: 1,
};

/** The answer to `_doc` and `_create`. */
export const documentAnswer = (index: string, id: string) => ({ _index: index, _id: id, ...written });

/**
 * The answer to `_bulk`: one item for each operation, in order.
 *
 * @param taken of the operations that had a document, in order
 * @param took milliseconds
 */
export async function bulkAnswer(
  operations: readonly BulkOperation[],
  taken: readonly Taken[],
  took: number,
  filter: BulkFilter,
): Promise<Buffer> {
  // Encoded as it grows: an answer of megabytes would hold up the loop when it is sent.
  const parts: Buffer[] = [];
  let items: string[] = [];
  const due = createSlices();
  const toText = itemWriter(filter);
  let errors = false;
  let next = 0;
  const encode = (): void => {
    if (items.length > 0) parts.push(Buffer.from(`${parts.length === 0 ? '' : ','}${items.join(',')}`));
    items = [];
  };
  for (let at = 0; at < operations.length; at++) {
    if ((at & 255) === 255) {
      encode();
      await due();
    }
    const operation = operations[at] as BulkOperation;
    const { refusal } = operation;
    const answer = operation.document === undefined ? undefined : (taken[next++] as Taken);
    const failed = refusal === undefined ? answer && failureOf(answer) : { status: 400, ...refusal };
    if (failed !== undefined) errors = true;
    const id = operation.id ?? (answer !== undefined && 'id' in answer ? answer.id : undefined);
    const text = toText(operation, id, failed);
    if (text !== undefined) items.push(text);
  }
  encode();
  const head = [
    ...(filter.keeps('took') ? [`"took":${took}`] : []),
    ...(filter.keeps('errors') ? [`"errors":${errors}`] : []),
    ...(parts.length > 0 ? ['"items":['] : []),
  ];
  return Buffer.concat([
    Buffer.from(`{${head.join(',')}`),
    ...parts,
    Buffer.from(parts.length > 0 ? ']}' : '}'),
  ]);
}

/** What the filter leaves of an item of one verb, worked out once. */
interface ItemPlan {
  readonly index: boolean;
  readonly id: boolean;
  /** Members of a document that was written, without braces. */
  readonly success: string;
  readonly failure: (failed: Failed) => string;
}

/** Writes items as text; undefined for one of which the filter leaves nothing. */
function itemWriter(filter: BulkFilter) {
  const plans = new Map<string, ItemPlan>();
  return ({ verb, index }: BulkOperation, id: string | undefined, failed: Failed | undefined) => {
    let plan = plans.get(verb);
    if (plan === undefined) {
      plan = planFor(verb, filter);
      plans.set(verb, plan);
    }
    let members = plan.index ? `,"_index":${quoted(index)}` : '';
    if (plan.id && id !== undefined) members += `,"_id":${quoted(id)}`;
    const rest = failed === undefined ? plan.success : plan.failure(failed);
    if (rest !== '') members += `,${rest}`;
    return members === '' ? undefined : `{"${verb}":{${members.slice(1)}}}`;
  };
}

/** As `JSON.stringify`, which takes longer over names and ids that stand as they are. */
const quoted = (text: string): string => (/^[\w.-]*$/.test(text) ? `"${text}"` : JSON.stringify(text));

function planFor(verb: BulkVerb, filter: BulkFilter): ItemPlan {
  const keeps = (member: string): boolean => filter.keepsOfItem(verb, member);
  const textOf = (values: object): string =>
    JSON.stringify(Object.fromEntries(Object.entries(values).filter(([name]) => keeps(name)))).slice(1, -1);
  return {
    index: keeps('_index'),
    id: keeps('_id'),
    success: textOf({ ...written, status: 201 }),
    failure: ({ status, type, reason }) => textOf({ status, error: { type, reason } }),
  };
}

/** The answer to `/ingest/<source>`: counts, and an item for each document that is not an event. */
export function ingestAnswer(taken: readonly Taken[]) {
  const items: { item: number; status: number; reason: string; message: string; id?: string }[] = [];
  const counts = { accepted: 0, dead_letter: 0, refused: 0 };
  taken.forEach((answer, item) => {
    // One source is one call: it either answered for all its documents or rejected.
    if (answer.status === 'failed') return;
    counts[answer.status]++;
    if (answer.status === 'accepted') return;
    const { reason, message } = answer;
    const status = answer.status === 'dead_letter' ? 400 : 403;
    items.push({ item, status, reason, message, ...('id' in answer ? { id: answer.id } : {}) });
  });
  const { accepted, dead_letter: dead_letters, refused } = counts;
  return { accepted, dead_letters, refused, ...(items.length === 0 ? {} : { items }) };
}
