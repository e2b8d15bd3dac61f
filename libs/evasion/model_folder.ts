import { type ModelFolder, readModelFolder, writeModelFolder } from '@tidewatch/models';
import { z } from 'zod';
import { evasionErrors } from './errors.ts';
import { Evasion } from './evasion.ts';
import type { EvasionModel } from './model.ts';
import type { Trained } from './train.ts';
import { lineTypeNames, lineTypes } from './types.ts';

const weightsFile = 'weights.json';
/** What is read of a model from somebody else; some ten times what 3,000 rules and 100,000 lines make. */
const limits = {
  bytes: 16 * 2 ** 20,
  rules: 20_000,
  words: 100_000,
  demands: 100_000,
  known: 1_000_000,
  cleared: 100_000,
  golden: 10_000,
} as const;
const finite = z.number();
const whole = z.int().min(0);

const weightsSchema: z.ZodType<EvasionModel> = z.strictObject({
  type: z.enum(lineTypeNames),
  rules: z.array(z.strictObject({ id: z.string(), title: z.string() })).max(limits.rules),
  outline: z.strictObject({
    words: z
      .array(z.strictObject({ text: z.string(), edge: z.enum(['whole', 'prefix', 'suffix', 'inner']) }))
      .max(limits.words),
    // Shares are divided by it.
    rarity: z.array(finite.gt(0).max(1)).max(limits.words),
    demands: z
      .array(
        z.strictObject({
          rule: whole,
          groups: z.array(z.array(z.strictObject({ text: z.string(), words: z.array(whole).min(1) }))),
        }),
      )
      .max(limits.demands),
  }),
  weights: z.array(finite).max(limits.words),
  bias: finite,
  benignLimit: finite.min(0),
  blend: z.strictObject({ margin: finite.min(0), coverage: finite.min(0), bias: finite }),
  threshold: finite,
  familiarity: finite,
  known: z.array(whole.max(0xffff_ffff)).max(limits.known),
  cleared: z
    .array(z.string().regex(/^[\da-f]{64}$/))
    .max(limits.cleared)
    .default([]),
});

const goldenSchema = z.strictObject({ line: z.string(), score: z.number().min(0).max(1) });

export interface ModelStatement {
  readonly name: string;
  readonly version: string;
  readonly author: string;
  readonly license: string;
  /** What the benign lines were. */
  readonly benign: string;
  readonly falsePositives: number;
}

/** Lines whose scores a model is held to when it is loaded: edited ones, since benign ones are somebody's. */
const goldenLines = 50;

/** Writes a model's folder. It holds no benign line, and of their tokens only hashes of those that several lines have. */
export async function writeEvasionModel(
  folder: string,
  { model, counts, heldOut }: Trained,
  { benign, falsePositives, ...said }: ModelStatement,
): Promise<void> {
  const golden = heldOut.slice(0, goldenLines).map(({ line }) => line);
  const scored = new Evasion(model).score(golden);
  const training = `${counts.evasions} edited lines made from ${counts.rules} Sigma rules, and ${counts.benign - counts.caught} benign lines (${benign}) that no rule catches`;
  await writeModelFolder(
    folder,
    {
      ...said,
      kind: 'svm',
      events: lineTypes[model.type].events,
      score: {
        meaning: 'How far a line is like one that a rule would have caught, had it not been edited: 0 to 1.',
        threshold: Math.min(1, model.threshold),
        calibration: `Split conformal: ${100 * falsePositives} % of benign lines that were held out reach it.`,
        title: 'Like a line that a rule would have caught',
      },
      explanation:
        'Rules by the share of what they ask for that is there, and the tokens that made the score.',
      data: { class: 'scores', training },
      tolerance: 1e-6,
    },
    {
      [weightsFile]: JSON.stringify(model),
      'card.md': cardOf(said, model, counts, training, falsePositives),
      'golden.ndjson': golden
        .map((line, i) => `${JSON.stringify({ line, score: scored[i]?.score })}\n`)
        .join(''),
    },
  );
}

/**
 * Loads a model and holds it to its golden lines.
 *
 * Rejects with MODEL_REFUSED for a folder, EVASION_MODEL_INVALID for weights or scores that are not right.
 */
export async function readEvasionModel(folder: string): Promise<Evasion> {
  return openEvasionModel(await readModelFolder(folder)).evasion;
}

/**
 * Makes a model of a folder that was read, and holds it to its golden lines. What it takes is bounded but not small: of
 * somebody's model that nobody looked at it belongs into a process of its own.
 *
 * @returns with the number of its golden lines
 * @throws EVASION_MODEL_INVALID
 */
export function openEvasionModel({ manifest, files }: ModelFolder): {
  readonly evasion: Evasion;
  readonly golden: number;
} {
  const refuse = (reason: string) =>
    evasionErrors.EVASION_MODEL_INVALID({ name: manifest.name, version: manifest.version, reason });
  const weights = files.get(weightsFile);
  if (weights === undefined) throw refuse(`files has no ${weightsFile}`);
  if (weights.length > limits.bytes) throw refuse(`${weightsFile} has more than ${limits.bytes} bytes`);
  const parsed = weightsSchema.safeParse(json(weights.toString('utf8'), refuse));
  if (!parsed.success)
    throw refuse(`${weightsFile} is not right at ${parsed.error.issues[0]?.path.join('.')}`);
  const model = parsed.data;
  const fault = faultOf(model);
  if (fault !== null) throw refuse(`${weightsFile}: ${fault}`);
  const evasion = new Evasion(model);
  const lines = (files.get('golden.ndjson')?.toString('utf8') ?? '').split('\n').filter(Boolean);
  if (lines.length === 0) throw refuse('golden.ndjson has no line');
  if (lines.length > limits.golden) throw refuse(`golden.ndjson has more than ${limits.golden} lines`);
  for (const [i, text] of lines.entries()) {
    const golden = goldenSchema.safeParse(json(text, refuse));
    if (!golden.success) throw refuse(`golden.ndjson, line ${i + 1}, is not right`);
    const [scored] = evasion.score([golden.data.line]);
    // Written so that a score which is not a number is refused as well.
    if (!(Math.abs((scored?.score ?? Number.NaN) - golden.data.score) <= manifest.tolerance))
      throw refuse(`golden.ndjson, line ${i + 1}: the score is ${scored?.score}, not ${golden.data.score}`);
  }
  return { evasion, golden: lines.length };
}

function json(text: string, refuse: (reason: string) => Error): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refuse(`JSON that cannot be read: ${(error as Error).message}`);
  }
}

/** What stands for a number of something that is not there. */
function faultOf({ outline, weights, rules }: EvasionModel): string | null {
  const { words, rarity, demands } = outline;
  if (weights.length !== words.length || rarity.length !== words.length)
    return 'as many weights and rarities as words are needed';
  const asked = demands.flatMap(({ groups }) =>
    groups.flatMap((group) => group.flatMap((value) => value.words)),
  );
  if (asked.some((word) => word >= words.length)) return 'a demand asks for a word that is not there';
  return demands.some(({ rule }) => rule >= rules.length) ? 'a demand is of a rule that is not there' : null;
}

const cardOf = (
  { name, version, author, license }: Pick<ModelStatement, 'name' | 'version' | 'author' | 'license'>,
  { type, threshold }: EvasionModel,
  { benign, caught, evasions, heldOut }: Trained['counts'],
  training: string,
  falsePositives: number,
): string => `# ${name} ${version}

Finds lines of the type \`${type}\` that a Sigma rule would have caught, had they not been edited.

- **Made by** ${author}, licence ${license}, with \`tidewatch evasion train\`.
- **Trained on** ${training}. ${caught} of ${benign} different benign lines were left out, since a rule catches them. ${evasions} edited
  lines were verified by the engine: the rule catches the line as it was, no rule catches what became of it. ${heldOut} lines of both kinds
  were held out, to set the scale and the threshold.
- **Threshold** ${threshold.toFixed(4)}: about ${100 * falsePositives} % of benign lines like the given ones reach it.
- **Holds** texts of the rules, and hashes of tokens that several benign lines have; no benign line.
- **Not for** attacks that no rule is about, or lines of other sites without training on theirs. \`novel\` says that a line's words are
  unknown, not that it is an attack.
`;
