import { type JsonObject, type Outcome, ok } from '@tidewatch/event';
import { type Draft, maxText, type ParseContext } from './draft.ts';
import { genericText } from './generic.ts';
import { auditDraft, looksLikeAudit } from './linux/auditd.ts';
import { looksLikeAccess, parseNginxAccess } from './nginx.ts';
import { mapOutcome, offer } from './parsers/offer.ts';
import { beginsWithPriority, looksLikeSyslog } from './syslog/header.ts';
import { parseSyslog } from './syslog/syslog.ts';
import { beginsAsEventXml, readEventXml } from './windows/event_xml.ts';
import { windowsDraft } from './windows/windows.ts';

/**
 * Offers a line to the parser that its first characters, or a literal in it, point to, else to the parser files that ask for it.
 *
 * @param format `syslog`: the input knows that it is; else only what begins so is taken for it
 */
export function parseLine(whole: string, format: 'syslog' | 'text', context: ParseContext): Outcome<Draft> {
  if (whole.length <= maxText && context.hints.truncatedFrom === undefined)
    return parseKept(whole, format, context);
  // Half of a document is none.
  const event = parseEventXml(whole, context);
  if (event !== undefined) return event;
  return mapOutcome(parseKept(whole.slice(0, maxText), format, context), (draft) => ({
    ...draft,
    tags: [...(draft.tags ?? []), 'truncated'],
  }));
}

function parseKept(line: string, format: 'syslog' | 'text', context: ParseContext): Outcome<Draft> {
  return (
    parseKnownLine(line, context) ??
    (format === 'syslog' ? parseSyslog(line, context) : ok(genericText(line, context)))
  );
}

/** The line as a parser understood it; undefined where none claims it. */
export function parseKnownLine(line: string, context: ParseContext): Outcome<Draft> | undefined {
  const { parsers } = context;
  const named = parsers.names(context) ? offerLine(line, context) : undefined;
  if (named !== undefined) return named;
  const event = parseEventXml(line, context);
  if (event !== undefined) return event;
  if (beginsWithPriority(line) || looksLikeSyslog(line)) return parseSyslog(line, context);
  if (looksLikeAccess(line) || context.hints.dataset === 'nginx.access') {
    const access = parseNginxAccess(line);
    if (access !== undefined) return ok(access);
  }
  if (looksLikeAudit(line)) {
    const audit = auditDraft(line, context);
    if (audit !== undefined) return ok(audit);
  }
  return offerLine(line, context);
}

function parseEventXml(line: string, context: ParseContext): Outcome<Draft> | undefined {
  if (line.charCodeAt(0) !== lessThan || !beginsAsEventXml(line)) return undefined;
  const record = readEventXml(line, context);
  return record === undefined ? undefined : ok(windowsDraft(record));
}

const lessThan = 60;

const offerLine = (line: string, context: ParseContext): Outcome<Draft> | undefined =>
  offer(context.parsers.forText(line, undefined, context), () => startOf(line, context), context);

/** What a parser from a file starts from; the header of the line's file is scratch. */
function startOf(line: string, context: ParseContext): JsonObject {
  const { fields } = genericText(line, context);
  const { header } = context.hints;
  if (header !== undefined) fields._header = header;
  return fields;
}
