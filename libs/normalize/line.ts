import { type Draft, maxText, type ParseContext } from './draft.ts';
import { genericText } from './generic.ts';
import { looksLikeAccess, parseNginxAccess } from './nginx.ts';
import { beginsWithPriority, looksLikeSyslog } from './syslog/header.ts';
import { parseSyslog } from './syslog/syslog.ts';

/**
 * Offers a line to the one parser that its first characters, or a literal in it, point to.
 *
 * @param format `syslog`: the input knows that it is; else only what begins so is taken for it
 */
export function parseLine(whole: string, format: 'syslog' | 'text', context: ParseContext): Draft {
  if (whole.length <= maxText && context.hints.truncatedFrom === undefined)
    return parseKept(whole, format, context);
  const draft = parseKept(whole.slice(0, maxText), format, context);
  return { ...draft, tags: [...(draft.tags ?? []), 'truncated'] };
}

function parseKept(line: string, format: 'syslog' | 'text', context: ParseContext): Draft {
  return (
    parseKnownLine(line, context) ??
    (format === 'syslog' ? parseSyslog(line, context) : genericText(line, context))
  );
}

/** The line as a parser understood it; undefined where none claims it. */
export function parseKnownLine(line: string, context: ParseContext): Draft | undefined {
  if (beginsWithPriority(line) || looksLikeSyslog(line)) return parseSyslog(line, context);
  if (looksLikeAccess(line) || context.hints.dataset === 'nginx.access') return parseNginxAccess(line);
  return undefined;
}
