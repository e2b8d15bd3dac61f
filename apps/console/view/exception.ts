import type {
  AlertDetail,
  AlertMatch,
  Exception,
  ExceptionBody,
  ExceptionPreview,
  ExplainedItem,
} from '@tidewatch/api/schemas';
import { getField, type JsonObject } from '@tidewatch/event';
import { count, plural } from './quantity.ts';
import { verbOf } from './reason.ts';

export const comparisons = ['is', 'contains', 'startswith', 'endswith'] as const;
export type Comparison = (typeof comparisons)[number];

export const comparisonLabels: Readonly<Record<Comparison, string>> = {
  is: 'is',
  contains: 'contains',
  startswith: 'starts with',
  endswith: 'ends with',
};

/** A condition as a person chooses and edits it. */
export interface Choice {
  readonly key: string;
  readonly chosen: boolean;
  readonly field: string;
  readonly comparison: Comparison;
  readonly value: string;
}

/** A longer value is seldom met a second time, and is cut in explanations: what the rule found in it stands for it. */
const longest = 1_000;

type Proposal = Pick<Choice, 'field' | 'comparison' | 'value'>;

/** What an exception from this match could rest on: the entity, and the values that the rule found, all chosen. */
export function choicesFor({ key }: Pick<AlertDetail, 'key'>, match: AlertMatch): readonly Choice[] {
  const { explanation } = match;
  const proposals =
    explanation.engine === 'sigma'
      ? [
          ...key.flatMap(({ field, value }) => inEvent(match.event as JsonObject, field, value)),
          ...explanation.items.flatMap(proposalOf),
        ]
      : key.map(({ field, value }) => is(field, value));
  const choices = new Map<string, Choice>();
  for (const one of proposals) {
    const id = JSON.stringify([one.field, one.value]);
    if (!choices.has(id)) choices.set(id, { ...one, key: id, chosen: true });
  }
  return [...choices.values()];
}

const is = (field: string, value: string): Proposal => ({ field, comparison: 'is', value });

function proposalOf({ field, path, value, spans }: ExplainedItem): Proposal[] {
  const name = field ?? path;
  if (name === null || value === null) return [];
  if (value.length <= longest) return [is(name, value)];
  const [start, end] = spans[0] ?? [0, 0];
  return start === end ? [] : [{ field: name, comparison: 'contains', value: value.slice(start, end) }];
}

/** An alert's key leaves out the domain of a user, and may come from another field: only what the event says can match. */
function inEvent(event: JsonObject, field: string, value: string): Proposal[] {
  const own = getField(event, field);
  const texts = (Array.isArray(own) ? own : [own]).filter((each) => typeof each === 'string');
  const text = texts.find((each) => each === value) ?? texts[0];
  return text === undefined ? [] : [is(field, text)];
}

/** Those that are chosen and say something, as the API takes them. */
export const conditionsOf = (choices: readonly Choice[]): ExceptionBody['conditions'] =>
  choices
    .filter(({ chosen, value }) => chosen && value !== '')
    .map(({ field, comparison, value }) => ({
      field,
      values: [value],
      ...(comparison === 'is' ? {} : { modifier: comparison }),
    }));

const shown = (text: string): string => (text.length > 80 ? `${text.slice(0, 79)}…` : text);

const joined = (parts: readonly string[], word: string): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} ${word} ${parts.at(-1)}`;

/** What an exception of these choices silences, in one sentence. */
export function silencedSentence(choices: readonly Choice[], rule: string, isCorrelation: boolean): string {
  const clauses = choices
    .filter(({ chosen, value }) => chosen && value !== '')
    .map(({ field, comparison, value }) => `${field} ${comparisonLabels[comparison]} “${shown(value)}”`);
  if (clauses.length === 0) return 'Choose at least one condition: with none, the rule would be off.';
  const events = `Events in which ${joined(clauses, 'and')}`;
  return isCorrelation
    ? `${events} will not count for “${rule}” any more, nor for anything else that builds on its rules.`
    : `${events} will not match “${rule}” any more.`;
}

/** What several answers say together, each of which goes on where the one before ended. */
export const addPreviews = (parts: readonly ExceptionPreview[]): ExceptionPreview =>
  parts.reduce((sum, part) => ({
    total: part.total,
    looked: sum.looked + part.looked,
    hidden: sum.hidden + part.hidden,
    truePositives: sum.truePositives + part.truePositives,
    partly: sum.partly + part.partly,
    sampled: sum.sampled + part.sampled,
  }));

/** What an exception would have done to the alerts that there are. */
export function previewSentence(told: ExceptionPreview): string {
  const { total, looked, hidden, truePositives, partly, sampled } = told;
  if (looked === 0) return 'The rule has no alerts yet.';
  const of =
    looked < total ? `the newest ${plural(looked, 'alert')} of ${count(total)}` : plural(looked, 'alert');
  const judged = truePositives === 0 ? 'none of them' : count(truePositives);
  return [
    hidden === 0
      ? `It would have hidden none of ${of} of the rule.`
      : `It would have hidden ${count(hidden)} of ${of} of the rule; ${judged} closed as true positive.`,
    ...(partly > 0 ? [`${plural(partly, 'other')} would have had fewer matches.`] : []),
    ...(sampled > 0
      ? [
          `${count(sampled)} hidden ${sampled === 1 ? 'is judged by the matches that are kept of it' : 'are judged by the matches that are kept of them'}.`,
        ]
      : []),
  ].join(' ');
}

type Item = Exception['conditions'][number]['alternatives'][number][number];

/** The conditions of an exception that is there, in words. */
export const exceptionClauses = ({ conditions }: Pick<Exception, 'conditions'>): string =>
  joined(
    conditions.map(({ alternatives }) => {
      const texts = alternatives.map((items) => joined(items.map(clauseOf), 'and'));
      return `${texts.length > 1 ? 'either ' : ''}${joined(texts, 'or')}`;
    }),
    'and',
  );

function clauseOf({ field, modifiers, values }: Item): string {
  const isText = !modifiers.some((modifier) => ['re', 'cidr', 'fieldref'].includes(modifier));
  const hasWildcard = isText && values.some((value) => /(?<!\\)(?:\\\\)*[*?]/.test(value ?? ''));
  const plain = (value: string): string =>
    isText && !hasWildcard ? value.replace(/\\([\\*?])/g, '$1') : value;
  const texts = values.map((value) => (value === null ? 'nothing' : `“${shown(plain(value))}”`));
  const verb = verbOf({
    modifiers: field === null ? ['contains'] : modifiers,
    pattern: hasWildcard ? '*' : '',
  });
  return `${field ?? 'the event'} ${verb} ${joined(texts, modifiers.includes('all') ? 'and' : 'or')}`;
}

/** Whether it takes away exactly the events that fulfil all its conditions, as those made here do. */
export const isPlain = ({ condition, conditions }: Pick<Exception, 'condition' | 'conditions'>): boolean =>
  condition.replace(/^not \(?|\)$/g, '') === conditions.map(({ selection }) => selection).join(' and ');

export const terms = ['7', '30', '90', 'date', 'never'] as const;
export type Term = (typeof terms)[number];

export const termLabels: Readonly<Record<Term, string>> = {
  '7': '7 days',
  '30': '30 days',
  '90': '90 days',
  date: 'Until…',
  never: 'Never',
};

/**
 * When it expires: the end of the day that was named, in local time; null for never, undefined where no day was.
 *
 * @param date `2026-12-31`, as a date field has it
 */
export function expiryOf(term: Term, date: string, now: number): number | null | undefined {
  if (term === 'never') return null;
  if (term !== 'date') return now + Number(term) * 86_400_000;
  const [year, month, day] = date.split('-').map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const end = new Date(year, month - 1, day + 1).getTime();
  return Number.isNaN(end) ? undefined : end;
}
