import { deadLetter, isObject, type JsonObject, type Outcome, ok } from '@tidewatch/event';
import { expandDotted } from './dotted.ts';
import { type Draft, type ParseContext, withFields } from './draft.ts';
import { ecsDraft, isEcs, shippedLine } from './ecs.ts';
import { fillFrom } from './fill.ts';
import { genericDocument } from './generic.ts';
import { isJournal, journalDraft } from './journald.ts';
import { isEvtx, readEvtx } from './windows/evtx.ts';
import { isFlat, readFlat } from './windows/nxlog.ts';
import { windowsDraft } from './windows/windows.ts';
import { isWinlogbeat, readWinlogbeat } from './windows/winlogbeat.ts';

/** A document with what `parseJson` has seen of it. */
export interface SentDocument {
  readonly value: JsonObject;
  readonly dotted: boolean;
}

/** Offers a JSON document to the one parser whose fields it has. */
export function parseDocument(
  { value: document, dotted }: SentDocument,
  context: ParseContext,
): Outcome<Draft> {
  // These have names of their own in which a dot is a letter.
  if (isEvtx(document)) return ok(windowsDraft(readEvtx(document, context)));
  if (isFlat(document)) return ok(windowsDraft(readFlat(document, context)));
  if (isJournal(document)) return ok(journalDraft(document, context));
  const expanded = dotted ? expandDotted(document) : { ok: true as const, value: document, refused: 0 };
  if (!expanded.ok) return deadLetter('too_deep', 'A dotted key nests deeper than documents may.');
  if (expanded.refused > 0) context.warn('hostile_key');
  const { value } = expanded;
  if (isWinlogbeat(value)) return ok(winlogbeatDraft(value, context));
  return ok(
    shippedLine(value, context) ??
      (isEcs(value) ? ecsDraft(value, context) : genericDocument(value, context)),
  );
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
