import type { Pattern } from './pattern.ts';
import type { Detection, Selection } from './rule.ts';
import { type WitnessSet, witnessesOf } from './witness.ts';

/** What the engine has to know of a detection before an event makes its rule a candidate. */
export interface Outline {
  /** Fields that it asks for, without repetition. */
  readonly fields: readonly string[];
  readonly witnesses: WitnessSet;
}

const outlines = new WeakMap<Detection, Outline>();

export const outlined = (detection: Detection): Outline => ({
  fields: fieldsOf(detection),
  witnesses: witnessesOf(detection),
});

/** As {@link outlined}, and remembered. */
export function outlineOf(detection: Detection): Outline {
  let outline = outlines.get(detection);
  if (outline === undefined) {
    outline = outlined(detection);
    outlines.set(detection, outline);
  }
  return outline;
}

/**
 * A detection that is read when it is first asked for: those of most rules never are, and to keep thousands of them in
 * memory takes longer than all else of loading.
 *
 * @param outline of what `read` gives
 */
export function lateDetection(outline: Outline, read: () => Detection): Detection {
  let known: Detection | undefined;
  const whole = (): Detection => {
    known ??= read();
    return known;
  };
  const late: Detection = {
    get selections() {
      return whole().selections;
    },
    get condition() {
      return whole().condition;
    },
    get conditionText() {
      return whole().conditionText;
    },
  };
  outlines.set(late, outline);
  return late;
}

/** The outline of a detection that asks for all that two others do. */
export function joinedOutline(one: Outline, other: Outline): Outline {
  return {
    fields: [...new Set([...one.fields, ...other.fields])],
    witnesses: one.witnesses ?? other.witnesses,
  };
}

function fieldsOf({ selections }: Detection): string[] {
  const fields = new Set<string>();
  for (const selection of selections.values()) addFields(selection, fields);
  return [...fields];
}

function addFields(selection: Selection, fields: Set<string>): void {
  if (selection.kind !== 'item') {
    for (const each of selection.of) addFields(each, fields);
    return;
  }
  if (selection.field !== null) fields.add(selection.field);
  for (const { pattern } of selection.values) addReferences(pattern, fields);
}

function addReferences(pattern: Pattern, fields: Set<string>): void {
  if (pattern.kind === 'fieldref') fields.add(pattern.field);
  else if (pattern.kind === 'any') for (const each of pattern.patterns) addReferences(each, fields);
}
