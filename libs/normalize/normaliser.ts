import { isUtf8 } from 'node:buffer';
import {
  deadLetter,
  dropped,
  type EcsEvent,
  isObject,
  type Json,
  type Outcome,
  parseJson,
} from '@tidewatch/event';
import type { SourcePosition } from '@tidewatch/event/ids';
import type { RawRecord, RecordHints } from '@tidewatch/plugin';
import { parseDocument } from './document.ts';
import type { ParseContext, Warning } from './draft.ts';
import { type Classify, classifyNothing, envelop, type Receipt } from './envelope.ts';
import { parseLine } from './line.ts';
import { wallClock } from './time.ts';

export interface NormaliserOptions {
  /** Default: everything has the class `unapproved`. */
  readonly classify?: Classify;
  /** IANA zone of stamps that carry none. Default: the zone of this process. */
  readonly timeZone?: string;
  /** Told of what is counted beside outcomes. */
  readonly onWarning?: (warning: Warning, source: string) => void;
}

/**
 * Turns one record into an ECS event. Synchronous; never throws on what a record holds. Outcomes:
 * - `dropped`: `empty`;
 * - `dead_letter`: `invalid_json` (where the record is said to be JSON), `not_an_object`, `too_deep`, `too_wide`,
 *   `governance_refused`;
 * - `ok`: all else. A record that no parser knows is kept with its text.
 */
export type Normalise = (record: RawRecord, source: string) => Outcome<EcsEvent>;

/** @throws UNKNOWN_TIME_ZONE */
export function createNormaliser(options: NormaliserOptions = {}): Normalise {
  const { classify = classifyNothing } = options;
  const contextOf = contexts(options);
  return (record, source) => {
    const { bytes, format, position } = record;
    const original = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
    const line = original.trim();
    if (line === '') return dropped('empty');
    // The replacement character may also have been sent as such.
    const invalidUtf8 = original.includes('\ufffd') && !isUtf8(bytes);
    const receipt = { source, position, original, invalidUtf8 };
    const context = contextOf(source, record.received, record.hints);
    if (format === 'json' || (format === 'auto' && line.startsWith('{'))) {
      const parsed = parseJson(line);
      if (parsed.ok) {
        if (parsed.hostileKeys > 0) context.warn('hostile_key');
        return fromDocument(parsed.value, receipt, context, classify);
      }
      // What only looked like JSON is text after all; a document beyond the limits is none.
      if (format === 'json' || parsed.reason !== 'invalid_json')
        return deadLetter(parsed.reason, parsed.message);
    }
    const draft = parseLine(line, format === 'syslog' ? 'syslog' : 'text', context);
    return envelop(draft, receipt, context, classify);
  };
}

/** What is known of a document beside its content. */
export interface DocumentReceipt {
  readonly source: string;
  /** Epoch milliseconds. */
  readonly received: number;
  /** Absent: the event gets a random id. */
  readonly position?: SourcePosition;
  /** The document's text, for `event.original`. */
  readonly original?: string;
  readonly hints?: RecordHints;
}

/** As {@link Normalise}, for a document that `parseJson` has read. The event shares parts of the document. */
export type NormaliseDocument = (document: Json, receipt: DocumentReceipt) => Outcome<EcsEvent>;

/** @throws UNKNOWN_TIME_ZONE */
export function createDocumentNormaliser(options: NormaliserOptions = {}): NormaliseDocument {
  const { classify = classifyNothing } = options;
  const contextOf = contexts(options);
  return (document, { source, received, position = { kind: 'none' }, original, hints = {} }) => {
    const receipt = { source, position, original, invalidUtf8: false };
    return fromDocument(document, receipt, contextOf(source, received, hints), classify);
  };
}

/** {@link createDocumentNormaliser} with every default. */
export const normaliseDocument: NormaliseDocument = createDocumentNormaliser();

function fromDocument(
  document: Json,
  receipt: Receipt,
  context: ParseContext,
  classify: Classify,
): Outcome<EcsEvent> {
  if (!isObject(document)) return deadLetter('not_an_object', 'The document is JSON, but not an object.');
  const draft = parseDocument(document, context);
  return draft.status === 'ok' ? envelop(draft.value, receipt, context, classify) : (draft as Outcome<never>);
}

type ContextOf = (source: string, received: number, hints: RecordHints) => ParseContext;

function contexts({ timeZone, onWarning }: NormaliserOptions): ContextOf {
  const clock = wallClock(timeZone);
  return (source, received, hints) => ({
    received,
    hints,
    clock,
    warn: (warning) => onWarning?.(warning, source),
  });
}
