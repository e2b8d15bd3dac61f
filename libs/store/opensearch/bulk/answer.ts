import { errors as clientErrors } from '@opensearch-project/opensearch';
import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import type { WriteOutcome } from '../../contract.ts';

/** What an answer, or none, means for a document. */
export type Verdict = WriteOutcome | Failure;

/**
 * Why a document, or a whole request, has no outcome yet.
 *
 * - `again`: a matter of time.
 * - `blocked`: as things are it will never be taken, and the document is not to blame: missing rights, too many shards.
 *   Tried again, at the slowest pace, until somebody helps.
 * - `unmappable` (documents): brings a field that the index takes once its mapping was seen to, by `reason`.
 * - `too_large`, `refused` (whole requests): to be taken apart until the document to blame is alone.
 */
export interface Failure {
  readonly status: 'again' | 'blocked' | 'unmappable' | 'too_large' | 'refused';
  /** For the metric: `item_<status>`, `request_<status>`, `timeout`, `connection`, `bad_answer`. */
  readonly reason: string;
  readonly message: string;
  /** How long the server asked us to stay away, milliseconds. */
  readonly awayMs?: number;
}

export const isOutcome = (verdict: Verdict): verdict is WriteOutcome =>
  verdict.status === 'stored' || verdict.status === 'already_there' || verdict.status === 'rejected';

const stored: Verdict = { status: 'stored' };
const alreadyThere: Verdict = { status: 'already_there' };

/** Statuses below 500 that say nothing about the document. */
const notTheDocument = new Set([401, 403, 404, 405]);
/** Errors of status 400 that are of the index: the cluster's limits when it was to be made, and that it was closed. */
const ofTheIndex = new Set<unknown>(['validation_exception', 'index_closed_exception']);
const fieldLimit = /^Limit of total fields \[\d+\] has been exceeded/;
/** A new field with values of several types in one document. */
const fieldTypes = /^mapper \[.+\] cannot be changed from type \[/;
/** A longer `Retry-After` counts as this, milliseconds. */
const longestAway = 60_000;

/** The parts of an answer that are read; asking for no more makes it a tenth as long. */
export const answerParts =
  'errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by';

/** One verdict per document, in order; a failure where the body is not the answer to a request of `count` documents. */
export function verdicts(body: unknown, count: number): Verdict[] | Failure {
  if (isObject(body) && Array.isArray(body.items) && body.items.length === count)
    return body.items.map(itemVerdict);
  return { status: 'again', reason: 'bad_answer', message: 'the answer has no outcome for each document' };
}

function itemVerdict(item: Json): Verdict {
  const { status, error }: JsonObject = isObject(item) && isObject(item.create) ? item.create : {};
  if (status === 201 || status === 200) return stored;
  if (status === 409) return alreadyThere;
  const { type, reason, caused_by }: JsonObject = isObject(error) ? error : {};
  const cause = isObject(caused_by) ? caused_by.reason : undefined;
  const message = [reason, cause].filter((text) => typeof text === 'string').join(': ');
  if (typeof status !== 'number' || status >= 500 || status === 429 || status === 408)
    return { status: 'again', reason: `item_${status}`, message: `${type} ${message}` };
  if (notTheDocument.has(status) || ofTheIndex.has(type))
    return { status: 'blocked', reason: `item_${status}`, message: `${type} ${message}` };
  if (fieldLimit.test(message)) return { status: 'unmappable', reason: 'field_limit', message };
  if (fieldTypes.test(message)) return { status: 'unmappable', reason: 'field_types', message };
  return { status: 'rejected', reason: typeof type === 'string' ? type : `status_${status}`, message };
}

/** What an error of the transport means for the whole request. */
export function failureVerdict(error: unknown): Failure {
  const { message } = error as Error;
  if (error instanceof clientErrors.ResponseError) {
    const status = error.meta.statusCode ?? 0;
    const reason = `request_${status}`;
    if (status === 413) return { status: 'too_large', reason, message };
    // Only what speaks as OpenSearch does can mean a document by it.
    if (status === 400 && isObject(error.meta.body) && isObject(error.meta.body.error))
      return { status: 'refused', reason, message };
    const passing = status >= 500 || status === 429 || status === 408;
    if (!passing) return { status: 'blocked', reason, message };
    const awayMs = retryAfter(error.meta.headers?.['retry-after']);
    return { status: 'again', reason, message, ...(awayMs !== undefined && { awayMs }) };
  }
  return { status: 'again', reason: kindOf(error), message };
}

/** Milliseconds of a `Retry-After`, which is in seconds or a date (RFC 9110, section 10.2.3). */
function retryAfter(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(longestAway, Math.max(0, ms));
}

function kindOf(error: unknown): string {
  if (error instanceof clientErrors.TimeoutError || error instanceof clientErrors.RequestAbortedError)
    return 'timeout';
  return error instanceof clientErrors.DeserializationError ? 'bad_answer' : 'connection';
}
