import { isObject, type JsonObject } from '@tidewatch/event';
import { errors } from '../errors.ts';
import { createLineCursor } from '../lines.ts';
import { isName } from '../names.ts';
import { createSlices } from '../slices.ts';

export type BulkVerb = 'index' | 'create' | 'update' | 'delete';

interface Action {
  readonly verb: BulkVerb;
  readonly index: string;
  /** The sender's own id, where given. */
  readonly id: string | undefined;
}

/** One operation of a `_bulk` request, in order. Without `document` it is refused, for the reason given. */
export interface BulkOperation extends Action {
  readonly document?: Buffer;
  readonly refusal?: { readonly type: string; readonly reason: string };
}

/** Longer action lines are no action lines, and are not worth parsing. */
const maxActionBytes = 16_384;
/** As in Elasticsearch: ids are at most 512 bytes. */
const maxIdBytes = 512;
const verbs: ReadonlySet<string> = new Set<BulkVerb>(['index', 'create', 'update', 'delete']);

/**
 * Reads the body of a `_bulk` request: lines of JSON that say what to do, each but `delete` followed by a document,
 * which stays the bytes that came (they are views on `body`). Blank lines before an action are skipped, and the last
 * line needs no line end.
 *
 * Throws `MALFORMED_ACTION`, `TOO_MANY_DOCUMENTS` or `EMPTY_BODY` for the whole request, as OpenSearch does.
 *
 * @param index from the path, where an action names none
 */
export async function parseBulk(
  body: Buffer,
  options: { readonly index?: string; readonly maxDocuments: number },
): Promise<BulkOperation[]> {
  const operations: BulkOperation[] = [];
  const cursor = createLineCursor(body);
  const due = createSlices();
  let previous: { readonly bytes: Buffer; readonly action: Action } | undefined;
  while (cursor.advance()) {
    if ((cursor.number & 255) === 0) await due();
    if (cursor.end === cursor.start) continue;
    const bytes = body.subarray(cursor.start, cursor.end);
    // Most shippers repeat one action line for a whole batch.
    const action = previous?.bytes.equals(bytes)
      ? previous.action
      : parseAction(bytes, cursor.number, options.index);
    previous = { bytes, action };
    if (operations.length >= options.maxDocuments)
      throw errors.TOO_MANY_DOCUMENTS({ limit: options.maxDocuments });
    if (action.verb === 'delete') {
      operations.push(refuse(action));
      continue;
    }
    const { number } = cursor;
    if (!cursor.advance()) throw errors.MALFORMED_ACTION({ line: number, problem: 'no document follows it' });
    operations.push(
      action.verb === 'update' || !isName(action.index)
        ? refuse(action)
        : { ...action, document: body.subarray(cursor.start, cursor.end) },
    );
  }
  if (operations.length === 0) throw errors.EMPTY_BODY();
  return operations;
}

function parseAction(bytes: Buffer, line: number, pathIndex: string | undefined): Action {
  const malformed = (problem: string) => errors.MALFORMED_ACTION({ line, problem });
  if (bytes.length > maxActionBytes) throw malformed(`longer than ${maxActionBytes} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    throw malformed('expected START_OBJECT but found what is not JSON');
  }
  if (!isObject(value)) throw malformed('expected START_OBJECT');
  const [verb, more] = Object.keys(value);
  if (verb === undefined || more !== undefined || !verbs.has(verb))
    throw malformed('expected one of [create], [delete], [index] or [update]');
  const meta = value[verb];
  if (!isObject(meta)) throw malformed(`expected an object after [${verb}]`);
  const index = own(meta, '_index') ?? pathIndex;
  const id = own(meta, '_id');
  if (typeof index !== 'string') throw malformed('it names no [_index], and the path neither');
  if (id !== undefined && typeof id !== 'string' && typeof id !== 'number')
    throw malformed('expected a string for [_id]');
  if (id === '' || (id !== undefined && Buffer.byteLength(String(id)) > maxIdBytes))
    throw malformed(`an [_id] has 1 to ${maxIdBytes} bytes`);
  return { verb: verb as BulkVerb, index, id: id === undefined ? undefined : String(id) };
}

/** A member that is there and not null. */
function own(meta: JsonObject, key: string): unknown {
  return Object.hasOwn(meta, key) ? (meta[key] ?? undefined) : undefined;
}

function refuse(action: Action): BulkOperation {
  if (action.verb === 'update' || action.verb === 'delete') {
    const reason = `Tidewatch only adds events: [${action.verb}] is not supported, use [create].`;
    return { ...action, refusal: { type: 'illegal_argument_exception', reason } };
  }
  const reason = errors.INVALID_NAME({ name: action.index }).message;
  return { ...action, refusal: { type: 'invalid_index_name_exception', reason } };
}
