import { Random } from '@tidewatch/forest';
import { createSigmaEngine, type SigmaRule } from '@tidewatch/sigma';
import { blendOf } from './blend.ts';
import { canonical } from './canonical.ts';
import { demandsOf } from './demands.ts';
import { evasionErrors } from './errors.ts';
import { digestOf, Evasion } from './evasion.ts';
import type { EvasionModel } from './model.ts';
import { outlineOf } from './outline.ts';
import { makePositives, type Positive } from './positives.ts';
import { type SparseRows, solveLinear } from './solver.ts';
import { tokensOf } from './tokens.ts';
import { type LineTypeName, lineTypes } from './types.ts';
import { hashOf, WordFinder } from './words.ts';

export interface TrainOptions {
  readonly type: LineTypeName;
  /** Of a site's own history: what nobody attacked with. */
  readonly benign: readonly string[];
  /** What people said of lines that a model found. */
  readonly verdicts?: readonly Verdict[];
  readonly seed?: number;
  /** Share of benign lines that may be called evasions. */
  readonly falsePositives?: number;
  readonly perRule?: number;
  readonly onProgress?: (what: string) => void;
}

/** What somebody said of a line that a model called an evasion. */
export interface Verdict {
  readonly line: string;
  readonly evasion: boolean;
}

export interface Trained {
  readonly model: EvasionModel;
  readonly counts: {
    /** Rules that ask for something in lines of the type. */
    readonly rules: number;
    readonly benign: number;
    /** Benign lines that a rule catches anyway: they are left out. */
    readonly caught: number;
    readonly evasions: number;
    readonly heldOut: number;
  };
  /** Edited lines that were not trained on, with the rules that would have caught them. */
  readonly heldOut: readonly Positive[];
}

/** Every so manieth line is kept from training, to set the score's scale and threshold by. */
const heldOutEach = 4;
const fewest = 100;
/** A person's verdict counts as so many lines that nobody looked at. */
const verdictWeight = 16;

/**
 * Trains on edited lines that rules would have caught, against benign ones. The same rules, lines and seed make the same
 * model.
 *
 * Rejects with EVASION_NO_RULES where no rule is about such lines, EVASION_FEW_BENIGN where too few benign lines are left.
 */
export async function trainEvasion(
  all: readonly SigmaRule[],
  {
    type: name,
    benign,
    verdicts = [],
    seed = 0,
    falsePositives = 0.015,
    perRule = 16,
    onProgress,
  }: TrainOptions,
): Promise<Trained> {
  const type = lineTypes[name];
  const random = new Random(seed);
  const rules = rulesAbout(all, name);
  if (rules.length === 0) throw evasionErrors.EVASION_NO_RULES({ type: name });
  const ways = rules.flatMap((rule, number) =>
    demandsOf(rule, type).map((demand) => ({ rule: number, demand })),
  );
  onProgress?.(`${rules.length} of ${all.length} rules ask for something in lines of this type`);
  const positives = await makePositives(rules, type, { perRule, random });
  onProgress?.(`${positives.length} edited lines that no rule catches`);
  const lines = distinct(benign);
  const engine = createSigmaEngine(rules);
  const missed = lines.filter((line) => engine.evaluate(type.event(line)).length === 0);
  if (missed.length < fewest) throw evasionErrors.EVASION_FEW_BENIGN({ count: missed.length, fewest });
  shuffle(missed, random);
  shuffle(positives, random);
  const [benignTrained, benignHeld] = halves(missed);
  const [evasionsTrained, evasionsHeld] = halves(positives);
  onProgress?.(`${missed.length} benign lines, of which ${benignHeld.length} are held out`);

  const { words, demands } = outlineOf(ways);
  const known = knownTokens(benignTrained);
  const finder = new WordFinder(words, known);
  const rowOf = (line: string): number[] => {
    const { words: found, count } = finder.read(line);
    return [...found.subarray(0, count)];
  };
  const benignRows = benignTrained.map(rowOf);
  const evasionRows = evasionsTrained.map(({ line }) => rowOf(line));
  for (const { line, evasion } of verdicts)
    for (let i = 0; i < verdictWeight; i++) (evasion ? evasionRows : benignRows).push(rowOf(line));
  const solved = solveLinear(
    sparse([...benignRows, ...evasionRows]),
    Int8Array.from({ length: benignRows.length + evasionRows.length }, (_, i) =>
      i < benignRows.length ? -1 : 1,
    ),
    { width: words.length, seed },
  );
  onProgress?.(`solved after ${solved.rounds} rounds`);
  const draft: EvasionModel = {
    type: name,
    rules: rules.map(({ id, title }) => ({ id, title })),
    outline: { words, demands, rarity: rarityOf(benignRows, words.length) },
    weights: [...solved.weights].map(rounded),
    bias: rounded(solved.bias),
    benignLimit: 3,
    blend: { margin: 1, coverage: 0, bias: 0 },
    threshold: 1,
    familiarity: 0,
    known,
    cleared: verdicts.flatMap(({ line, evasion }) => (evasion ? [] : [digestOf(tokensOf(canonical(line)))])),
  };
  const scorer = new Evasion(draft);
  const blend = blendOf(
    benignHeld.map((line) => scorer.measure(line)),
    evasionsHeld.map(({ line }) => scorer.measure(line)),
    falsePositives,
  );
  const blended = new Evasion({ ...draft, blend });
  const scores = blended.score(benignHeld).map(({ score }) => score);
  const familiar = benignHeld.map((line) => blended.familiarity(line));
  return {
    model: {
      ...draft,
      blend,
      threshold: conformal(scores, falsePositives),
      familiarity: -conformal(
        familiar.map((share) => -share),
        falsePositives,
      ),
    },
    counts: {
      rules: rules.length,
      benign: lines.length,
      caught: lines.length - missed.length,
      evasions: positives.length,
      heldOut: benignHeld.length + evasionsHeld.length,
    },
    heldOut: evasionsHeld,
  };
}

/** The rules that ask for something in lines of a type, besides what they leave out. */
export const rulesAbout = (rules: readonly SigmaRule[], name: LineTypeName): SigmaRule[] =>
  rules.filter(
    (rule) =>
      lineTypes[name].categories.test(rule.logsource.category ?? '') &&
      demandsOf(rule, lineTypes[name]).length > 0,
  );

/** Lines that differ, without those that are empty. */
export function distinct(lines: readonly string[]): string[] {
  const seen = new Map<string, string>();
  for (const line of lines) {
    const text = canonical(line).trim();
    if (text !== '' && !seen.has(text)) seen.set(text, line);
  }
  return [...seen.values()];
}

/**
 * The value that so few of further ones exceed, if they are like the given ones (split conformal prediction; Vovk et al., 2005): just
 * above the k-th smallest, k = ⌈(n + 1)(1 − share)⌉.
 */
function conformal(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const k = Math.ceil((sorted.length + 1) * (1 - share));
  const value = sorted[Math.min(k, sorted.length) - 1] as number;
  return value + 1e-9;
}

const rounded = (value: number): number => Number(value.toPrecision(9));

function rarityOf(rows: readonly (readonly number[])[], width: number): number[] {
  const counts = new Int32Array(width);
  for (const row of rows) for (const word of row) counts[word] = (counts[word] as number) + 1;
  const most = Math.log(rows.length + 1);
  return [...counts].map((count) => rounded(Math.max(0.02, 1 - Math.log(count + 1) / most)));
}

/** Tokens of one line alone may be what nobody else is to learn from a model. */
function knownTokens(lines: readonly string[]): number[] {
  const counts = new Map<number, number>();
  for (const line of lines)
    for (const token of tokensOf(canonical(line))) {
      const hash = hashOf(token);
      counts.set(hash, (counts.get(hash) ?? 0) + 1);
    }
  return [...counts].flatMap(([hash, count]) => (count > 1 ? [hash] : [])).sort((a, b) => a - b);
}

function sparse(rows: readonly (readonly number[])[]): SparseRows {
  const starts = new Int32Array(rows.length + 1);
  for (const [i, row] of rows.entries()) starts[i + 1] = (starts[i] as number) + row.length;
  const columns = Int32Array.from(rows.flat());
  return { starts, columns, values: new Float64Array(columns.length).fill(1) };
}

function shuffle(list: unknown[], random: Random): void {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    [list[i], list[j]] = [list[j], list[i]];
  }
}

const halves = <T>(list: readonly T[]): readonly [trained: T[], held: T[]] => [
  list.filter((_, i) => i % heldOutEach !== 0),
  list.filter((_, i) => i % heldOutEach === 0),
];
