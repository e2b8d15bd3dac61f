import type { ExplainedItem } from '@tidewatch/api/schemas';

const verbs: readonly (readonly [modifier: string, verb: string])[] = [
  ['contains', 'contains'],
  ['startswith', 'starts with'],
  ['endswith', 'ends with'],
  ['re', 'matches'],
  ['cidr', 'is within'],
  ['windash', 'has'],
  ['base64offset', 'holds, in Base64,'],
  ['base64', 'holds, in Base64,'],
  ['lte', 'is at most'],
  ['gte', 'is at least'],
  ['lt', 'is below'],
  ['gt', 'is above'],
  ['exists', 'exists:'],
  ['fieldref', 'equals the field'],
];

/** How a condition reads between its field and its value. */
export function verbOf({ modifiers, pattern }: Pick<ExplainedItem, 'modifiers' | 'pattern'>): string {
  const encoded = verbs.find(([modifier]) => modifier.startsWith('base64') && modifiers.includes(modifier));
  const found = encoded ?? verbs.find(([modifier]) => modifiers.includes(modifier));
  if (found !== undefined) return found[1];
  return pattern !== null && /[*?]/.test(pattern) ? 'matches' : 'is';
}

const most = 3;
/** Of a pattern in a sentence, characters; the rule has it whole. */
const longestPattern = 120;

/** Why an alert came, in one sentence: its first conditions, and how many more there are. */
export function reasonSentence(items: readonly ExplainedItem[]): string {
  if (items.length === 0) return 'Fired because of what the event lacks: no single value of it matched.';
  // A condition may hold on several values of a field, and two selections may ask for the same.
  const said = [...new Set(items.map(clauseOf))];
  const clauses = said.slice(0, most);
  const rest = said.length - clauses.length;
  const all =
    rest > 0 ? [...clauses, rest === 1 ? 'one more condition' : `${rest} more conditions`] : clauses;
  const text = all.length === 1 ? all[0] : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
  return `Fired because ${text}.`;
}

function clauseOf(item: ExplainedItem): string {
  if (item.field === null) return `the event contains “${shortened(item.pattern ?? '')}”`;
  const name = item.path ?? item.field;
  if (item.pattern === null || item.value === null) return `${name} is absent`;
  return `${name} ${verbOf(item)} “${shortened(item.pattern)}”`;
}

const shortened = (text: string): string =>
  text.length > longestPattern ? `${text.slice(0, longestPattern - 1)}…` : text;

export interface MatchedValue {
  readonly path: string | null;
  readonly value: string | null;
  readonly spans: readonly (readonly [number, number])[];
  /** The conditions that held on it, with their numbers, from 1 in the order of the rule. */
  readonly conditions: readonly { readonly number: number; readonly item: ExplainedItem }[];
}

/** The event's matched values, each once, with every condition that held on it. */
export function matchedValues(items: readonly ExplainedItem[]): MatchedValue[] {
  const byValue = new Map<string, MatchedValue>();
  items.forEach((item, index) => {
    const key = JSON.stringify([item.path ?? item.field, item.value]);
    const before = byValue.get(key);
    byValue.set(key, {
      path: item.path,
      value: item.value,
      spans: [...(before?.spans ?? []), ...item.spans],
      conditions: [...(before?.conditions ?? []), { number: index + 1, item }],
    });
  });
  return [...byValue.values()];
}

/** Numbers of the conditions on each 1-based line of the rule's own file; those of a filter stand in another. */
export function conditionLines(items: readonly ExplainedItem[]): ReadonlyMap<number, readonly number[]> {
  const lines = new Map<number, number[]>();
  items.forEach(({ line, file }, index) => {
    if (line !== null && file === undefined) lines.set(line, [...(lines.get(line) ?? []), index + 1]);
  });
  return lines;
}

/** The 1-based lines on which the named selections begin. */
export function selectionLines(source: readonly string[], names: readonly string[]): ReadonlySet<number> {
  const wanted = new Set(names);
  const found = new Set<number>();
  source.forEach((line, index) => {
    const name = /^\s+['"]?([^\s:'"]+)['"]?:\s*(?:#.*)?$/.exec(line)?.[1];
    if (name !== undefined && wanted.has(name)) found.add(index + 1);
  });
  return found;
}
