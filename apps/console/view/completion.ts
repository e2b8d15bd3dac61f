import type { Completion } from '@tidewatch/api/schemas';
import { type Notice, parseKql } from '@tidewatch/query';

export type Suggestion = Completion['suggestions'][number];

/** The query with a suggestion in its place, and where the cursor then stands. */
export function take(
  query: string,
  { expects, start, end }: Completion,
  { text }: Suggestion,
): { readonly text: string; readonly position: number } {
  const rest = query.slice(end);
  const asks = /^\s*(?::|[<>]|in\s*\()/i.test(rest);
  const after =
    expects === 'field' ? (asks ? '' : ': ') : /^[\s)}]/.test(rest) || text.endsWith('(') ? '' : ' ';
  const head = query.slice(0, start) + text + after;
  return { text: head + rest, position: head.length };
}

/** Where in a suggestion stands what was typed of it: at its beginning, or of a field after a dot. */
export function typedSpan(
  query: string,
  position: number,
  { start }: Completion,
  { label }: Suggestion,
): readonly [number, number] | undefined {
  const typed = query.slice(start, position).replace(/^"/, '').replace(/\\(.)/g, '$1').toLowerCase();
  if (typed === '') return undefined;
  const lower = label.toLowerCase();
  const at = lower.startsWith(typed) ? 0 : lower.indexOf(`.${typed}`) + 1;
  return lower.startsWith(typed, at) ? [at, at + typed.length] : undefined;
}

/** Whether there is anything to offer: what stands there already is none. */
export const offers = (query: string, { suggestions, start, end }: Completion): boolean =>
  suggestions.some(({ text }) => text !== query.slice(start, end));

/** What is wrong with a query that is being typed; what merely is not typed yet is not wrong. */
export function faultWhileTyping(query: string): Notice | undefined {
  const parsed = parseKql(query);
  return parsed.ok || isUnfinished(query, parsed.error) ? undefined : parsed.error;
}

/** Where a query is wrong beside what is said of it, but for what merely is not typed yet. */
export function faultyPlaces(query: string, said: Notice): readonly Pick<Notice, 'start' | 'end'>[] {
  const parsed = parseKql(query);
  // The server may find fault with what is KQL.
  const faults = parsed.ok ? [] : parsed.faults;
  return [said, ...faults.filter((fault) => !isUnfinished(query, fault))];
}

function isUnfinished(query: string, { start }: Pick<Notice, 'start'>): boolean {
  const rest = query.trimEnd().slice(start);
  // A text whose end mark is to come.
  return rest === '' || /^"[^"]*$/.test(rest);
}
