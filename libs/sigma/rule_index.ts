import { type Cell, kind } from './event/cell.ts';
import type { EventReader } from './event/event_reader.ts';
import { createExactIndex, type ExactIndex } from './exact_index.ts';
import { outlineOf } from './outline.ts';
import type { SigmaRule } from './rule.ts';
import { createSubstringFinder, type SubstringFinder } from './substring_finder.ts';
import { usualTexts, type Witness, type WitnessSet } from './witness.ts';

/** Rules, by number, that a field's values make candidates. */
interface FieldIndex {
  readonly exact: ExactIndex | null;
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
      const sets = wanted.map((rule) => outlineOf((rules[rule] as SigmaRule).detection).witnesses);
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
      if (keywords !== null) event.findKeywords(keywords, candidate);
    },
  };
}

function lookUp({ exact, parts }: FieldIndex, cell: Cell, candidate: (rule: number) => void): void {
  const { texts, start, end, wide } = cell;
  if (wide === null && cell.kind !== kind.object) {
    exact?.find(texts.bytes, start, end, candidate);
    parts?.scan(texts, start, end, candidate);
  } else {
    exact?.findFolded(cell.folded, candidate);
    parts?.scanFolded(cell.folded, candidate);
  }
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
    exact: exact.size === 0 ? null : createExactIndex(exact),
    parts: parts.size === 0 ? null : createSubstringFinder(parts, usualTexts),
    present,
  };
}
