import { isUtf8 } from 'node:buffer';
import {
  deadLetter,
  dropped,
  type EncodedEvent,
  isObject,
  type Outcome,
  type ParsedJson,
  parseJson,
} from '@tidewatch/event';
import type { RawRecord } from '@tidewatch/plugin';
import { parseDocument } from './document.ts';
import type { Draft, ParseContext, Warning } from './draft.ts';
import { readEcsText } from './ecs_text.ts';
import { type Classify, classifyNothing, envelop, type Passage, type Receipt } from './envelope.ts';
import { parseLine } from './line.ts';
import { type Dispatch, noDispatch } from './parsers/dispatch.ts';
import type { Stage } from './stage.ts';
import { wallClock } from './time.ts';
import { readEvtxText } from './windows/evtx_text.ts';
import { readWinlogbeatText } from './windows/winlogbeat_text.ts';

export interface NormaliserOptions {
  /** Default: everything has the class `unapproved`. */
  readonly classify?: Classify;
  /** What events pass after their parser, in order. Default: none. */
  readonly stages?: readonly Stage[];
  /** Parsers from files, as they are in force now. Default: only those that are compiled in. */
  readonly parsers?: () => Dispatch;
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
export type Normalise = (record: RawRecord, source: string) => Outcome<EncodedEvent>;

/** @throws UNKNOWN_TIME_ZONE */
export function createNormaliser(options: NormaliserOptions = {}): Normalise {
  const { classify = classifyNothing, stages = [] } = options;
  const passage = { classify, stages };
  const contextOf = contexts(options);
  return (record, source) => {
    const { bytes, text, format, position } = record;
    const original = text ?? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
    const line = original.trim();
    if (line === '') return dropped('empty');
    // The replacement character may also have been sent as such.
    const invalidUtf8 = text === undefined && original.includes('\ufffd') && !isUtf8(bytes);
    const receipt = { source, position, original, invalidUtf8 };
    const context = contextOf(source, record);
    if (format === 'json' || (format === 'auto' && line.charCodeAt(0) === openBrace)) {
      const sent = context.parsers.names(context) ? undefined : readText(line, context);
      if (sent !== undefined) return envelop(sent, receipt, context, passage);
      const parsed = parseJson(line);
      if (parsed.ok) return fromDocument(parsed, receipt, context, passage);
      // What only looked like JSON is text after all; a document beyond the limits is none.
      if (format === 'json' || parsed.reason !== 'invalid_json')
        return deadLetter(parsed.reason, parsed.message);
    }
    return envelopOutcome(
      parseLine(line, format === 'syslog' ? 'syslog' : 'text', context),
      receipt,
      context,
      passage,
    );
  };
}

const openBrace = 123;

/** A document that is understood from its text; undefined where it must be parsed. */
const readText = (line: string, context: ParseContext): Draft | undefined =>
  readEvtxText(line, context) ?? readWinlogbeatText(line, context) ?? readEcsText(line, context);

function fromDocument(
  { value, hostileKeys, dotted }: Extract<ParsedJson, { ok: true }>,
  receipt: Receipt,
  context: ParseContext,
  passage: Passage,
): Outcome<EncodedEvent> {
  if (!isObject(value)) return deadLetter('not_an_object', 'The document is JSON, but not an object.');
  if (hostileKeys > 0) context.warn('hostile_key');
  return envelopOutcome(parseDocument({ value, dotted }, context), receipt, context, passage);
}

function envelopOutcome(
  outcome: Outcome<Draft>,
  receipt: Receipt,
  context: ParseContext,
  passage: Passage,
): Outcome<EncodedEvent> {
  if (outcome.status === 'ok') return envelop(outcome.value, receipt, context, passage);
  if (outcome.status !== 'redirected') return outcome;
  const enveloped = envelop(outcome.value, receipt, context, passage);
  return enveloped.status === 'ok' ? { ...outcome, value: enveloped.value } : enveloped;
}

type ContextOf = (source: string, record: RawRecord) => ParseContext;

function contexts({
  classify = classifyNothing,
  timeZone,
  onWarning,
  parsers = () => noDispatch,
}: NormaliserOptions): ContextOf {
  const clock = wallClock(timeZone);
  let of: Pick<ParseContext, 'source' | 'warn'> | undefined;
  return (source, { received, hints, bytes, position }) => {
    // Records come in runs of one source.
    if (of?.source !== source) of = { source, warn: (warning) => onWarning?.(warning, source) };
    const again = position.kind === 'given';
    const spent = { members: 0 };
    const { warn } = of;
    return { source, received, hints, bytes, again, classify, spent, clock, warn, parsers: parsers() };
  };
}
