import { fold } from './fold.ts';
import { type Pattern, wild } from './pattern.ts';
import { requiredText } from './regex_literal.ts';
import type { Condition, Detection, Item, Selection } from './rule.ts';

/** Pictographs and letters of other scripts, of which some rules list hundreds. */
const foreign = /[^\0-\x7f]/;

/**
 * Something that an event must show before a rule can match. Texts are folded; `field` is null for keywords, which
 * may stand anywhere.
 */
export type Witness =
  | { readonly kind: 'exact'; readonly field: string; readonly text: string }
  | { readonly kind: 'part'; readonly field: string | null; readonly text: string }
  | { readonly kind: 'present'; readonly field: string };

/** At least one of these holds whenever the rule matches; null where nothing can be said (negations, null). */
export type WitnessSet = readonly Witness[] | null;

/** Chooses the witnesses of a rule that are likely to be rarest in events. */
export function witnessesOf({ selections, condition }: Detection): WitnessSet {
  const ofNode = (node: Condition): WitnessSet => {
    if (node.kind === 'not') return null;
    if (node.kind === 'selection') return ofSelection(selections.get(node.name) as Selection);
    const sets = node.of.map(ofNode);
    return node.kind === 'and' ? rarest(sets) : union(sets);
  };
  return ofNode(condition);
}

function ofSelection(selection: Selection): WitnessSet {
  if (selection.kind === 'item') return ofItem(selection);
  const sets = selection.of.map((each) => ofSelection(each));
  return selection.kind === 'and' ? rarest(sets) : union(sets);
}

function ofItem(item: Item): WitnessSet {
  const { field, quantifier, negated } = item;
  if (negated) return present(field);
  const sets = item.values.map(({ pattern }) => ofPattern(pattern, field));
  return quantifier === 'all' ? rarest(sets) : union(sets);
}

function ofPattern(pattern: Pattern, field: string | null): WitnessSet {
  switch (pattern.kind) {
    case 'text':
      return ofText(pattern.tokens, field);
    case 'regex':
      return ofRegex(pattern.source, field);
    case 'any':
      return union(pattern.patterns.map((each) => ofPattern(each, field)));
    case 'null':
      return null;
    case 'exists':
      return pattern.present ? present(field) : null;
    default:
      return present(field);
  }
}

function ofRegex(source: string, field: string | null): WitnessSet {
  const text = requiredText(source);
  return text.length < 2 ? present(field) : [part(field, text)];
}

const exact = (field: string, text: string): Witness => ({ kind: 'exact', field, text });
const part = (field: string | null, text: string): Witness => ({ kind: 'part', field, text });
const present = (field: string | null): WitnessSet => (field === null ? null : [{ kind: 'present', field }]);

function ofText(tokens: Extract<Pattern, { kind: 'text' }>['tokens'], field: string | null): WitnessSet {
  const literals = tokens.filter((token) => typeof token === 'string').map(fold);
  if (field !== null && tokens.length === 0) return [exact(field, '')];
  const longest = literals.reduce((best, literal) => (literal.length > best.length ? literal : best), '');
  if (longest === '') return present(field);
  if (field !== null && tokens.length === 1) return [exact(field, longest)];
  // Fewer than two letters are in nearly every value, unless they are of another script.
  return longest.length < 2 && !foreign.test(longest) && field !== null && tokens.includes(wild.many)
    ? present(field)
    : [part(field, longest)];
}

function union(sets: readonly WitnessSet[]): WitnessSet {
  const all: Witness[] = [];
  for (const set of sets) {
    if (set === null) return null;
    all.push(...set);
  }
  return all;
}

function rarest(sets: readonly WitnessSet[]): WitnessSet {
  let best: WitnessSet = null;
  let least = Number.POSITIVE_INFINITY;
  for (const set of sets) {
    if (set === null) continue;
    let cost = 0;
    for (const witness of set) cost += costOf(witness);
    if (cost < least) {
      best = set;
      least = cost;
    }
  }
  return best;
}

/** Texts that very many values have; a witness inside one of them says little. */
export const usualTexts = [
  'c:\\windows\\system32\\',
  'c:\\windows\\syswow64\\',
  'c:\\program files (x86)\\',
  'c:\\users\\',
  '\\appdata\\local\\temp\\',
  'hklm\\software\\microsoft\\windows\\currentversion\\',
  'hklm\\system\\currentcontrolset\\services\\',
  '\\windows\\currentversion\\',
  'microsoft-windows-security-auditing',
  'powershell.exe',
  '\\svchost.exe',
  '\\explorer.exe',
  '\\cmd.exe',
  'https://',
  'http://',
  'nt authority\\system',
  'microsoft corporation',
  '.dll',
];

/** What routing has looked at already; one value of theirs is shared by very many events of a source. */
const header = new Set(['EventID', 'Channel', 'Provider_Name', 'Level', 'EventLog', 'type']);
const chances = [1, 0.9, 0.6, 0.25, 0.1, 0.05, 0.02, 0.015, 0.01, 0.008, 0.006, 0.005];

const usual = usualTexts.join('\n');

/** A guess at the share of events that show the witness. */
function costOf(witness: Witness): number {
  if (witness.kind === 'present') return 0.7;
  const { text } = witness;
  if (witness.field !== null && header.has(witness.field)) return 0.1;
  const chance = foreign.test(text) ? 0.000_5 : (chances[text.length] ?? 0.004);
  if (witness.kind === 'exact') {
    // Flags, counts and placeholders: true, 0, -.
    return text.length <= 5 ? 0.3 : 0.002;
  }
  const often = usual.includes(text) ? 0.3 : 0;
  return Math.max(chance, often) * (witness.field === null ? 1.5 : 1);
}
