import { isObject, type Json, type JsonObject, parseIsoTime } from '@tidewatch/event';
import { addressKey, parseCidr } from './address.ts';
import { type KqlField, type KqlNode, type KqlValue, type RangeOperator, textFields } from './ast.ts';
import { documentFacts, memberText, pathKeys, valuesAt } from './document.ts';
import { checkRegex } from './regex.ts';
import { regexMatcher } from './regex_match.ts';
import { compareCodePoints, containsWords, fold, matchesWildcard, reach } from './text.ts';
import { parseMoment } from './time.ts';

export interface CompileOptions {
  /** What `now` stands for, epoch milliseconds. */
  readonly now: number;
}

export type EventPredicate = (event: JsonObject) => boolean;
type MemberTest = (member: Json) => boolean;
type TextTest = (text: string) => boolean;

export const numberPattern = '-?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?';
const number = new RegExp(`^${numberPattern}$`);
export const isNumeric = (text: string): boolean => number.test(text);

/** The query as a function over events (nested objects), for filtering where there is no store. */
export function toPredicate(node: KqlNode, options: CompileOptions): EventPredicate {
  switch (node.kind) {
    case 'all':
      return () => true;
    case 'and': {
      const tests = node.children.map((child) => toPredicate(child, options));
      return (event) => tests.every((test) => test(event));
    }
    case 'or': {
      const tests = node.children.map((child) => toPredicate(child, options));
      return (event) => tests.some((test) => test(event));
    }
    case 'not': {
      const test = toPredicate(node.child, options);
      return (event) => !test(event);
    }
    case 'is':
      if (node.field === null) return anyText(node.value);
      return onField(node.field, (path) => valueTest(path, node.value));
    case 'exists':
      return typeof node.field === 'string'
        ? onField(node.field, () => (member) => member !== null)
        : onField(node.field, () => (member) => member !== null && typeof member !== 'object');
    case 'range':
      return onField(node.field, () => rangeTest(node.operator, node.value, options.now));
    case 'nested': {
      const keys = pathKeys(node.field);
      const test = toPredicate(node.child, options);
      return (event) =>
        keys !== undefined && valuesAt(event, keys).some((member) => isObject(member) && test(member));
    }
  }
}

function onField(field: KqlField, testFor: (path: string) => MemberTest): EventPredicate {
  if (typeof field === 'string') {
    const keys = pathKeys(field);
    const test = testFor(field);
    return (event) => keys !== undefined && valuesAt(event, keys).some(test);
  }
  return (event) => {
    const paths = new Set<string>();
    documentFacts(event, (path) => matchesWildcard(path, field.parts) && paths.add(path));
    return [...paths].some((path) => valuesAt(event, pathKeys(path) ?? ['']).some(testFor(path)));
  };
}

function valueTest(path: string, value: KqlValue): MemberTest {
  if (textFields.has(path)) return onText(wordsTest(value));
  if (value.type === 'wildcard') {
    const parts = value.parts.map(fold);
    return onText((text) => matchesWildcard(fold(text), parts));
  }
  if (value.type === 'regex') return onText(regexTest(value.source, value.ignoreCase));
  return equalTest(value.type === 'words' ? value.words.join(' ') : value.text);
}

const onText =
  (test: TextTest): MemberTest =>
  (member) => {
    const text = memberText(member);
    return text !== undefined && test(text);
  };

function equalTest(wanted: string): MemberTest {
  const folded = fold(wanted);
  const numeric = isNumeric(wanted) ? Number(wanted) : undefined;
  const network = parseCidr(wanted);
  const moment = parseMoment(wanted, 0);
  return (member) => {
    if (typeof member === 'number') return member === numeric;
    if (typeof member === 'boolean') return String(member) === folded;
    if (typeof member !== 'string') return false;
    if (fold(member) === folded) return true;
    if (network !== undefined) {
      const key = addressKey(member);
      return key !== undefined && key >= network.from && key <= network.to;
    }
    if (moment === undefined || wanted.startsWith('now')) return false;
    const time = parseIsoTime(member);
    return time !== undefined && time >= moment.from && time < moment.to;
  };
}

/** What a text must hold: the literal, the pattern or the regex, or any of several words. */
function wordsTest(value: KqlValue): TextTest {
  if (value.type === 'regex') return regexTest(value.source, value.ignoreCase);
  const patterns =
    value.type === 'words'
      ? value.words.map((word) => [word])
      : value.type === 'literal'
        ? [[value.text]]
        : [value.parts];
  const folded = patterns.map((parts) => parts.map(fold));
  return (text) => {
    const lower = fold(text);
    return folded.some((parts) => containsWords(lower, parts));
  };
}

function regexTest(source: string, ignoreCase: boolean): TextTest {
  const checked = checkRegex(source);
  if (!checked.ok) return () => false;
  const finds = regexMatcher(checked.tree, ignoreCase);
  return (text) => finds(reach(text));
}

/** A value without a field: some line of some value holds it. */
function anyText(value: KqlValue): EventPredicate {
  const test = wordsTest(value);
  return (event) => {
    const [message] = valuesAt(event, ['message']);
    const [original] = valuesAt(event, ['event', 'original']);
    const texts = [message, original, documentFacts(event).text];
    return texts.some((text) => typeof text === 'string' && text.split('\n').some(test));
  };
}

function rangeTest(operator: RangeOperator, value: string, now: number): MemberTest {
  const moment = parseMoment(value, now);
  if (moment !== undefined) {
    const { at, operator: compare } = momentBound(operator, moment);
    return (member) => {
      const time = typeof member === 'string' ? parseIsoTime(member) : undefined;
      return time !== undefined && holds(compare, time - at);
    };
  }
  if (isNumeric(value)) {
    const bound = Number(value);
    return (member) => {
      if (typeof member === 'number') return holds(operator, member - bound);
      return typeof member === 'string' && isNumeric(member) && holds(operator, Number(member) - bound);
    };
  }
  const folded = fold(value);
  return onText((text) => holds(operator, compareCodePoints(fold(text), folded)));
}

/** A moment as wide as a day counts as a whole: `<= 2024-05-01` holds until its end, `>` begins after it. */
export function momentBound(
  operator: RangeOperator,
  moment: { readonly from: number; readonly to: number },
): { readonly operator: '<' | '>='; readonly at: number } {
  if (operator === '<') return { operator: '<', at: moment.from };
  if (operator === '>=') return { operator: '>=', at: moment.from };
  return operator === '<=' ? { operator: '<', at: moment.to } : { operator: '>=', at: moment.to };
}

function holds(operator: RangeOperator, difference: number): boolean {
  if (operator === '<') return difference < 0;
  if (operator === '<=') return difference <= 0;
  return operator === '>' ? difference > 0 : difference >= 0;
}
