import { isTidewatchError } from '@tidewatch/event';
import { createSlices } from '../slices.ts';
import type { BulkOperation } from './bulk.ts';
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
const written =
  '"_version":1,"result":"created","_shards":{"total":1,"successful":1,"failed":0},"_seq_no":0,"_primary_term":1,"status":201';

/** The answer to `_doc` and `_create`. */
export const documentAnswer = (index: string, id: string): string =>
  `{"_index":${JSON.stringify(index)},"_id":${JSON.stringify(id)},${written.replace(',"status":201', '')}}`;

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
): Promise<string> {
  const items: string[] = [];
  const due = createSlices();
  let errors = false;
  let next = 0;
  for (const operation of operations) {
    if ((items.length & 255) === 255) await due();
    const { verb, index, refusal } = operation;
    const answer = operation.document === undefined ? undefined : (taken[next++] as Taken);
    const failed = refusal === undefined ? answer && failureOf(answer) : { status: 400, ...refusal };
    const id = operation.id ?? (answer !== undefined && 'id' in answer ? answer.id : undefined);
    const name = `"_index":${JSON.stringify(index)}${id === undefined ? '' : `,"_id":${JSON.stringify(id)}`}`;
    if (failed === undefined) {
      items.push(`{"${verb}":{${name},${written}}}`);
      continue;
    }
    errors = true;
    const { status, type, reason } = failed;
    items.push(`{"${verb}":{${name},"status":${status},"error":${JSON.stringify({ type, reason })}}}`);
  }
  return `{"took":${took},"errors":${errors},"items":[${items.join(',')}]}`;
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
