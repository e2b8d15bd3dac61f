import { isObject } from '@tidewatch/event';
import { errors } from '../errors.ts';
import { createLineCursor, type LineCursor } from '../lines.ts';
import { isName } from '../names.ts';
import { createSlices } from '../slices.ts';

export type BulkVerb = 'index' | 'create' | 'update' | 'delete';

interface Action {
  readonly verb: BulkVerb;
  readonly index: string;
  /** The sender's own id, where given. */
  readonly id: string | undefined;
}

/** Where an action stands in the body, and whether its document is taken. */
interface ActionLine {
  readonly start: number;
  readonly end: number;
  readonly action: Action;
  readonly isTaken: boolean;
}

/** One operation of a `_bulk` request, in order. Without `document` it is refused, for the reason given. */
export interface BulkOperation extends Action {
  readonly document?: Buffer;
  readonly refusal?: { readonly type: string; readonly reason: string };
}

/** Longer action lines are no action lines, and are not worth parsing. */
const maxActionBytes = 16_384;
/** As in Elasticsearch. */
export const maxIdBytes = 512;
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
  let previous: ActionLine | undefined;
  for (let lines = 1; cursor.advance(); lines++) {
    if ((lines & 255) === 0) await due();
    const { start, end, number } = cursor;
    if (isBlank(body, start, end)) continue;
    // Most shippers repeat one action line for a whole batch.
    if (previous === undefined || body.compare(body, previous.start, previous.end, start, end) !== 0) {
      const action = parseAction(body, cursor, options.index);
      previous = { start, end, action, isTaken: isTaken(action) };
    }
    const { action } = previous;
    if (operations.length >= options.maxDocuments)
      throw errors.TOO_MANY_DOCUMENTS({ limit: options.maxDocuments });
    if (action.verb === 'delete') {
      operations.push(refuse(action));
      continue;
    }
    if (!cursor.advance()) throw errors.MALFORMED_ACTION({ line: number, problem: 'no document follows it' });
    const { verb, index, id } = action;
    operations.push(
      previous.isTaken
        ? { verb, index, id, document: body.subarray(cursor.start, cursor.end) }
        : refuse(action),
    );
  }
  if (operations.length === 0) throw errors.EMPTY_BODY();
  return operations;
}

const isTaken = ({ verb, id, index }: Action): boolean =>
  verb !== 'update' && verb !== 'delete' && id !== '' && isName(index);

function parseAction(body: Buffer, line: LineCursor, pathIndex: string | undefined): Action {
  const { start, end, number } = line;
  const malformed = (problem: string) => errors.MALFORMED_ACTION({ line: number, problem });
  if (end - start > maxActionBytes) throw malformed(`longer than ${maxActionBytes} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8', start, end));
  } catch {
    throw malformed('expected START_OBJECT but found what is not JSON');
  }
  if (!isObject(value)) throw malformed('expected START_OBJECT');
  const [verb, more] = Object.keys(value);
  if (verb === undefined || more !== undefined || !verbs.has(verb))
    throw malformed('expected one of [create], [delete], [index] or [update]');
  const meta = value[verb];
  if (!isObject(meta)) throw malformed(`expected an object after [${verb}]`);
  /** A member as text, whatever simple value it is; undefined where it is absent or null. */
  const text = (key: string): string | undefined => {
    const member = Object.hasOwn(meta, key) ? (meta[key] ?? undefined) : undefined;
    if (typeof member === 'object') throw malformed(`expected a simple value for [${key}]`);
    return member === undefined ? undefined : String(member);
  };
  const index = text('_index') ?? pathIndex;
  const id = text('_id');
  if (index === undefined) throw malformed('it names no [_index], and the path neither');
  if (id !== undefined && Buffer.byteLength(id) > maxIdBytes)
    throw malformed(`an [_id] is expected to have at most ${maxIdBytes} bytes`);
  return { verb: verb as BulkVerb, index, id };
}

const isBlank = (body: Buffer, start: number, end: number): boolean =>
  start === end || ((body[start] as number) <= 32 && body.toString('latin1', start, end).trim() === '');

function refuse(action: Action): BulkOperation {
  if (action.verb === 'update' || action.verb === 'delete') {
    const reason = `Tidewatch only adds events: [${action.verb}] is not supported, use [create].`;
    return { ...action, refusal: { type: 'illegal_argument_exception', reason } };
  }
  if (action.id === '')
    return {
      ...action,
      refusal: { type: 'illegal_argument_exception', reason: 'An [_id] that is given must not be empty.' },
    };
  const reason = errors.INVALID_NAME({ name: action.index.slice(0, 255) }).message;
  return { ...action, refusal: { type: 'invalid_index_name_exception', reason } };
}
