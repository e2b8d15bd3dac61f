import { deadLetter, isObject, type JsonObject, type Outcome, ok, parseJson } from '@tidewatch/event';
import { expandDotted } from './dotted.ts';
import { type Draft, maxText, type ParseContext, withFields } from './draft.ts';
import { ecsDraft, isEcs, shippedLine } from './ecs.ts';
import { fillFrom } from './fill.ts';
import { genericDocument } from './generic.ts';
import { isJournal, journalDraft } from './journald.ts';
import { parseKnownLine } from './line.ts';
import type { Parser } from './parsers/compile.ts';
import { offer } from './parsers/offer.ts';
import { fieldWriter } from './setters.ts';
import { isEvtx, readEvtx } from './windows/evtx.ts';
import { isFlat, readFlat } from './windows/nxlog.ts';
import { windowsDraft } from './windows/windows.ts';
import { isWinlogbeat, readWinlogbeat } from './windows/winlogbeat.ts';

/** A document with what `parseJson` has seen of it. */
export interface SentDocument {
  readonly value: JsonObject;
  readonly dotted: boolean;
}

/** Offers a JSON document to the parsers whose fields it has. */
export const parseDocument = (sent: SentDocument, context: ParseContext): Outcome<Draft> =>
  read(sent, context, (value) => ok(genericDocument(value, context)));

/** The document as a parser understood it; undefined where none claims it. */
export const parseKnownDocument = (sent: SentDocument, context: ParseContext): Outcome<Draft> | undefined =>
  read(sent, context, () => undefined);

/** A line, or a document as text, inside another record, as a parser understood it; undefined where none claims it. */
export function parseKnownText(text: string, context: ParseContext): Outcome<Draft> | undefined {
  const line = text.trim();
  const parsed = line.startsWith('{') ? parseJson(line) : undefined;
  return parsed?.ok === true && isObject(parsed.value)
    ? parseKnownDocument({ value: parsed.value, dotted: parsed.dotted }, context)
    : parseKnownLine(line.slice(0, maxText), context);
}

/** @param orElse takes documents that nobody claims, with their dotted keys expanded */
function read<Unclaimed>(
  { value: document, dotted }: SentDocument,
  context: ParseContext,
  orElse: (value: JsonObject) => Unclaimed,
): Outcome<Draft> | Unclaimed {
  // These have names of their own in which a dot is a letter.
  if (isEvtx(document)) return ok(windowsDraft(readEvtx(document, context)));
  if (isFlat(document)) return ok(windowsDraft(readFlat(document, context)));
  if (isJournal(document)) return journalDraft(document, context);
  const expanded = dotted ? expandDotted(document) : { ok: true as const, value: document, refused: 0 };
  if (!expanded.ok) return deadLetter('too_deep', 'A dotted key nests deeper than documents may.');
  if (expanded.refused > 0) context.warn('hostile_key');
  const { value } = expanded;
  const claiming = context.parsers.forDocument(value, context);
  // A parser may change what it gets, and the next one must not see it.
  const given = claiming.length > 1 ? () => structuredClone(value) : () => value;
  const offered = offer(claiming, (parser) => underNamespace(given(), parser, context), context);
  if (offered !== undefined) return offered;
  if (isWinlogbeat(value)) return ok(winlogbeatDraft(value, context));
  const shipped = shippedLine(value, context, parseKnownText);
  if (shipped !== undefined) return shipped;
  return isEcs(value) ? ok(ecsDraft(value, context)) : orElse(value);
}

function underNamespace(document: JsonObject, { namespace }: Parser, { hints }: ParseContext): JsonObject {
  const fields: JsonObject = {};
  if (hints.path !== undefined) fields.log = { file: { path: hints.path } };
  fieldWriter(namespace)(fields, document);
  return fields;
}

/** What winlogbeat put into ECS itself fills what the event data doesn't say; `winlog.*` of its own stays. */
function winlogbeatDraft(document: JsonObject, context: ParseContext): Draft {
  const record = readWinlogbeat(document, context);
  const draft = withFields(windowsDraft(record));
  const shipped = ecsDraft(document, context);
  const fields = fillFrom(draft.fields, shipped.fields);
  if (isObject(shipped.fields.event)) fillFrom(fields.event as JsonObject, shipped.fields.event);
  return { ...draft, created: shipped.created ?? draft.created, fields };
}
