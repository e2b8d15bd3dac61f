import type { ExplainedItem, SigmaExplanation } from '@tidewatch/event';
import type { Excluded, MissedLeaf, MissedSource, MissHint, SigmaMiss } from '@tidewatch/sigma';
import { visibleLine } from '../dead_letters/visible.ts';
import { creditLines } from './credit.ts';
import type { ExplainedEvent, ExplainReport } from './explain.ts';

/** So many characters of a value are shown, and so many of them before what matched. */
const width = 320;
const lead = 80;
/** So many of the values that an item asks for are shown. */
const wantedLimit = 5;

/** The report for people; what matched stands between » and «. */
export function explainText({ rules }: ExplainReport): string {
  return rules
    .flatMap(({ events, ...rule }) => [
      `${visibleLine(rule.title, width)} (${visibleLine(rule.id, width)}), ${rule.file}`,
      ...creditLines(rule),
      ...events.flatMap(eventLines),
    ])
    .join('\n');
}

function eventLines(explained: ExplainedEvent): string[] {
  const where = `  event ${explained.event}, line ${explained.line}:`;
  switch (explained.outcome) {
    case 'match':
      return [`${where} match`, ...matchLines(explained.explanation)];
    case 'fault':
      return [`${where} the rule failed: ${visibleLine(explained.reason, width)}`];
    case 'miss': {
      const [what, ...why] = missLines(explained.miss);
      return [`${where} miss; ${what}`, ...why];
    }
  }
}

/** What keeps a rule from matching, in a few words, and then in lines that are indented by four blanks. */
export function missLines(miss: SigmaMiss): string[] {
  if (miss.reason === 'logsource') return ['the log source does not fit', ...sourceLines(miss)];
  if (miss.reason === 'filter') return ['a filter takes it out', ...filterLines(miss)];
  return [`${miss.held} of ${miss.asked} conditions hold`, ...leafLines(miss)];
}

const conditionLine = (condition: string): string => `    condition: ${visibleLine(condition, width)}`;

function matchLines({ condition, items, absent }: SigmaExplanation): string[] {
  const not = absent.length === 0 ? [] : [`    rightly absent: ${absent.join(', ')}`];
  return [conditionLine(condition), ...items.flatMap(itemLines), ...not];
}

const filterLines = ({ condition, selections, items }: Excluded): string[] => [
  conditionLine(condition),
  `    the condition wants these not to hold: ${selections.join(', ')}`,
  ...items.flatMap(itemLines),
];

function itemLines(item: ExplainedItem): string[] {
  const found = item.path === null ? `the event has no ${item.field ?? 'such value'}` : shownText(item);
  return [askedLine(item, [item]), `      ${found}`];
}

function leafLines(miss: MissedLeaf): string[] {
  return [
    conditionLine(miss.condition),
    askedLine(miss, miss.wanted) +
      (miss.alternatives > 1 ? ` (closest of ${miss.alternatives} alternatives)` : ''),
    ...foundTexts(miss).map((text) => `      ${text}`),
    ...miss.compared.map((value) => `      compared with ${shownText(value)}`),
    ...miss.hints.map((hint) => `      hint: ${hintText(hint)}`),
  ];
}

function foundTexts({ field, present, found }: MissedLeaf): string[] {
  if (field === null) return ['no value of the event holds it'];
  if (!present) return [`the event has no ${field}`];
  return found.map((value) => `the event has ${shownText(value)}`);
}

const hintText = (hint: MissHint): string =>
  hint.kind === 'name'
    ? `a field is called nearly the same: ${shownText(hint)}`
    : `another field would match: ${shownText(hint)}`;

interface Asked {
  readonly selection: string;
  readonly field: string | null;
  readonly modifiers: readonly string[];
}

interface Wanted {
  readonly pattern: string | null;
  readonly line: number | null;
  readonly file?: string;
}

/** `selection, line 7: Image|endswith: '\cmd.exe'` */
function askedLine({ selection, field, modifiers }: Asked, wanted: readonly Wanted[]): string {
  const [first] = wanted;
  const line =
    first === undefined || first.line === null
      ? ''
      : `, ${first.file === undefined ? '' : `${plain(first.file)} `}line ${first.line}`;
  const key = [field ?? (modifiers.length === 0 ? 'keyword' : ''), ...modifiers].join('|');
  const values = wanted
    .slice(0, wantedLimit)
    .map(({ pattern }) => (pattern === null ? 'null' : `'${visibleLine(pattern, width)}'`));
  const more = wanted.length - values.length;
  return `    ${selection}${line}: ${key}: ${values.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
}

/** `path = value`, of a long value what is around the first match. */
function shownText({ path, value, spans }: Pick<ExplainedItem, 'path' | 'value' | 'spans'>): string {
  if (value === null) return `${path} = null`;
  const from = value.length <= width ? 0 : Math.max(0, (spans[0]?.[0] ?? 0) - lead);
  const to = Math.min(value.length, from + width);
  let text = from > 0 ? '…' : '';
  let at = from;
  const sorted = [...spans].sort(([a], [b]) => a - b);
  for (const [start, end] of sorted) {
    if (start < at || start >= to) continue;
    const stop = Math.min(end, to);
    text += `${plain(value.slice(at, start))}»${plain(value.slice(start, stop))}«`;
    at = stop;
  }
  return `${path} = ${text}${plain(value.slice(at, to))}${to < value.length ? '…' : ''}`;
}

const plain = (text: string): string => visibleLine(text, Number.POSITIVE_INFINITY);

const stating: Readonly<Record<string, string>> = {
  products: 'product',
  categories: 'category',
  services: 'service',
  eventId: 'event id',
  eventType: 'EventType',
};

function sourceLines({ part, wanted, means, stated, line }: MissedSource): string[] {
  const asked = Object.entries(wanted).map(([name, value]) => `${name} ${plain(String(value))}`);
  const says = Object.entries(stated).map(
    ([name, value]) => `${stating[name] ?? name} ${plain([value].flat().join(' or ')) || 'none'}`,
  );
  const meaning = means.length === 0 ? [] : [`      ${wanted[part]} means ${means.join('; or ')}`];
  return [
    `    logsource, line ${line}: the rule asks for ${asked.join(', ')}; the ${part} differs`,
    ...meaning,
    `      the event states ${says.join(', ')}`,
  ];
}
