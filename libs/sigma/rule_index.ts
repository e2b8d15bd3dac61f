import type { Cell } from './cell.ts';
import type { EventReader } from './event_reader.ts';
import type { SigmaRule } from './rule.ts';
import { createSubstringFinder, type SubstringFinder } from './substring_finder.ts';
import { allWitnesses, usualTexts, type Witness, type WitnessSet, witnessesOf } from './witness.ts';

/** Rules, by number, that a field's values make candidates. */
interface FieldIndex {
  readonly exact: ReadonlyMap<string, readonly number[]>;
  /** Length of the longest exact text: a longer value needs no look-up, which would hash all of it. */
  readonly longest: number;
  /** Finds the rules by the texts inside a value. */
  readonly parts: SubstringFinder | null;
  readonly present: readonly number[];
}

/** What can make some of the rules candidates. */
export interface Reach {
  /** Those without a witness, which are always candidates. */
  readonly always: readonly number[];
  /** By the field's number. */
  readonly fields: readonly (FieldIndex | undefined)[];
  /** Looks into the whole event; null where the rules have no keywords. */
  readonly keywords: SubstringFinder | null;
}

/** Inverts the rules: from what an event shows to the rules that could match it. */
export interface RuleIndex {
  /** Indexes these rules, which takes some milliseconds for each thousand of them. */
  reach(rules: readonly number[]): Reach;
  /** Calls `candidate` for each rule that a value of the event points to, possibly several times. */
  candidates(reader: EventReader, reach: Reach, candidate: (rule: number) => void): void;
}

export function createRuleIndex(rules: readonly SigmaRule[], reader: EventReader): RuleIndex {
  return {
    reach(wanted) {
      const sets = chooseWitnesses(wanted.map((rule) => rules[rule] as SigmaRule));
      const fields: (FieldIndex | undefined)[] = Array.from({ length: reader.fieldCount });
      const byField = groupByField(sets, wanted, reader);
      for (const [field, witnesses] of byField) if (field >= 0) fields[field] = indexField(witnesses);
      return {
        always: wanted.filter((_, i) => sets[i] === null),
        fields,
        keywords: indexField(byField.get(-1) ?? []).parts,
      };
    },
    candidates(event, { fields, keywords }, candidate) {
      for (const field of event.touched) {
        const index = fields[field];
        if (index === undefined) continue;
        const count = event.count(field);
        if (count > 0) for (const rule of index.present) candidate(rule);
        for (let i = 0; i < count; i++) lookUp(index, event.cell(field, i), candidate);
      }
      if (keywords !== null) keywords.scan(event.allLeaves(), candidate);
    },
  };
}

function lookUp({ exact, longest, parts }: FieldIndex, cell: Cell, candidate: (rule: number) => void): void {
  const rules = cell.text.length <= longest ? exact.get(cell.folded) : undefined;
  if (rules !== undefined) for (const rule of rules) candidate(rule);
  parts?.scan(cell, candidate);
}

function chooseWitnesses(rules: readonly SigmaRule[]): WitnessSet[] {
  const uses = new Map<string, number>();
  for (const { detection } of rules) {
    const keys = new Set<string>();
    for (const { key } of allWitnesses(detection)) keys.add(key);
    for (const key of keys) uses.set(key, (uses.get(key) ?? 0) + 1);
  }
  return rules.map(({ detection }) => witnessesOf(detection, (witness) => (uses.get(witness.key) ?? 1) - 1));
}

type Placed = { readonly witness: Witness; readonly rule: number }[];

/** By the field's number; -1 stands for keywords. */
function groupByField(
  sets: readonly WitnessSet[],
  rules: readonly number[],
  reader: EventReader,
): Map<number, Placed> {
  const byField = new Map<number, Placed>();
  rules.forEach((rule, i) => {
    for (const witness of sets[i] ?? []) {
      const field = witness.field === null ? -1 : (reader.idOf(witness.field) as number);
      const placed = byField.get(field) ?? [];
      placed.push({ witness, rule });
      byField.set(field, placed);
    }
  });
  return byField;
}

function indexField(placed: Placed): FieldIndex {
  const exact = new Map<string, number[]>();
  const parts = new Map<string, number[]>();
  const present: number[] = [];
  for (const { witness, rule } of placed) {
    if (witness.kind === 'present') present.push(rule);
    else {
      const map = witness.kind === 'exact' ? exact : parts;
      const rules = map.get(witness.text);
      if (rules === undefined) map.set(witness.text, [rule]);
      else rules.push(rule);
    }
  }
  return {
    exact,
    longest: Math.max(-1, ...[...exact.keys()].map((text) => text.length)),
    parts: parts.size === 0 ? null : createSubstringFinder(parts, usualTexts),
    present,
  };
}
