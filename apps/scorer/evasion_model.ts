import { type Evasion, lineLimit, lineTypes, openEvasionModel } from '@tidewatch/evasion';
import { type EvasionExplanation, getField } from '@tidewatch/event';
import type { Manifest, ModelFolder } from '@tidewatch/models';
import type { Candidate, Judged, Model } from './model.ts';

/** Characters of a line that its explanation shows; all of it is scored. */
const longestShown = 4_096;
const nearest = 3;

/** @throws EVASION_MODEL_INVALID */
export function openLineModel(folder: ModelFolder): Model {
  const { manifest } = folder;
  const { evasion } = openEvasionModel(folder);
  return {
    manifest,
    engine: 'evasion',
    score: async (_, events) => scoreLines(evasion, manifest, events),
    close: async () => {},
  };
}

function scoreLines(
  evasion: Evasion,
  manifest: Manifest,
  events: readonly Candidate[],
): (Judged | undefined)[] {
  const lines = events.map(({ event }) => lineOf(event, lineTypes[evasion.model.type].paths));
  const known = lines.filter((line) => line !== undefined);
  const scored = evasion.score(known.map(({ value }) => value));
  const scores = new Map(known.map((line, i) => [line, scored[i]?.score ?? Number.NaN]));
  return lines.map((line) => {
    if (line === undefined) return undefined;
    const score = scores.get(line) as number;
    return { score, explain: () => explanationOf(evasion, manifest, line, score) };
  });
}

interface Line {
  readonly path: string;
  readonly value: string;
  /** What the event says of the program that the line started, in lower case. */
  readonly programs: readonly string[];
}

const programFields = ['process.executable', 'process.name', 'process.pe.original_file_name'];

function lineOf(event: Candidate['event'], fields: readonly string[]): Line | undefined {
  for (const path of fields) {
    const value = getField(event, path);
    if (typeof value !== 'string' || value === '') continue;
    const programs = programFields.flatMap((field) => {
      const program = getField(event, field);
      return typeof program === 'string' ? [program.toLowerCase()] : [];
    });
    return { path, value: value.slice(0, lineLimit), programs };
  }
  return undefined;
}

const says = (program: string, glob: string): boolean =>
  glob
    .toLowerCase()
    .split('*')
    .every((piece) => program.includes(piece));

/** Null where a rule's words are there as it writes them: that line is the rule's to find, or to leave alone. */
function explanationOf(
  evasion: Evasion,
  { name, version }: Manifest,
  { path, value, programs }: Line,
  score: number,
): EvasionExplanation | null {
  const { rules, tokens } = evasion.attribute(value, nearest);
  // Rules ask for a program's name, too, which the line need not say as they do.
  const missing = rules.map((rule) => ({
    ...rule,
    wanted: rule.wanted.filter(({ value: text }) => !programs.some((each) => says(each, text))),
  }));
  if (missing[0]?.wanted.length === 0) return null;
  const { threshold } = evasion.model;
  return {
    engine: 'evasion',
    model: { name, version },
    score,
    threshold,
    path,
    value: value.slice(0, longestShown),
    rules: missing,
    tokens,
  };
}
