import type { AlertMatch } from '@tidewatch/api/schemas';
import { correlationSentence } from './correlation.ts';
import { percent } from './forecast.ts';
import { plural } from './quantity.ts';
import { reasonSentence } from './reason.ts';

type Explanation = AlertMatch['explanation'];
type Of<E extends Explanation['engine']> = Extract<Explanation, { engine: E }>;
export type EvasionExplanation = Of<'evasion'>;
export type OnnxExplanation = Of<'onnx'>;
export type ForestExplanation = Of<'forest'>;
export type ModelExplanation = EvasionExplanation | OnnxExplanation | ForestExplanation;

/** Why an alert came, in one sentence, whatever found it. */
export function explanationSentence(found: Explanation): string {
  switch (found.engine) {
    case 'sigma':
      return reasonSentence(found.items);
    case 'correlation':
      return correlationSentence(found);
    case 'evasion':
      return evasionSentence(found);
    default:
      return featureSentence(found);
  }
}

function evasionSentence({ path, rules, score, threshold }: EvasionExplanation): string {
  const [nearest] = rules;
  const scored = `its score is ${percent(score)}, and ${percent(threshold)} is worth a look`;
  return nearest === undefined
    ? `Fired because ${path} is near to what rules look for: ${scored}.`
    : `Fired because ${path} is near to what “${nearest.title}” looks for: ${scored}.`;
}

function featureSentence(found: OnnxExplanation | ForestExplanation): string {
  const names = found.features
    .filter(({ contribution }) => contribution !== null && contribution > 0)
    .slice(0, 3)
    .map(({ name }) => name);
  const scored =
    found.engine === 'onnx'
      ? found.score >= 1
        ? 'its score is the highest there is'
        : `its score is ${percent(found.score)}, and ${percent(found.threshold)} is worth a look`
      : `its score is ${percent(found.score)}, and its grade, how far beyond what is usual that is, ${percent(found.grade)}`;
  return names.length === 0 ? `Fired because ${scored}.` : `Fired because of ${names.join(', ')}: ${scored}.`;
}

/** Whether it is a rule that found it, and exceptions can be made: models take no Sigma filters. */
export const isRule = ({ engine }: Pick<Explanation, 'engine'>): boolean =>
  engine === 'sigma' || engine === 'correlation';

export interface ContributionBar {
  readonly name: string;
  readonly actual: string;
  readonly expected: string;
  /** With its sign; null where the method tells none. */
  readonly contribution: number | null;
  /** Length beside the longest, 0 to 1. */
  readonly length: number;
  /** Values that it counted as new. */
  readonly examples: readonly string[];
}

const number = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 5 });
const said = (value: number | string | null): string =>
  value === null ? '–' : typeof value === 'number' ? number.format(value) : value;

/** What each feature has to do with a score, in the order that is given. */
export function contributionBars(features: OnnxExplanation['features']): ContributionBar[] {
  const longest = Math.max(...features.map(({ contribution }) => Math.abs(contribution ?? 0)));
  return features.map(({ name, actual, expected, contribution, examples = [] }) => ({
    name,
    actual: said(actual),
    expected: said(expected),
    contribution,
    length: contribution === null || longest === 0 ? 0 : Math.abs(contribution) / longest,
    examples,
  }));
}

/** Where the pieces stand that a line has in the place of what rules ask for; UTF-16 offsets. */
export function insteadSpans({
  value,
  rules,
}: Pick<EvasionExplanation, 'value' | 'rules'>): [number, number][] {
  const pieces = new Set(
    rules.flatMap(({ wanted }) => wanted.flatMap(({ instead }) => instead?.split(' ') ?? [])),
  );
  return [...pieces].flatMap((piece) => {
    const at = value.indexOf(piece);
    return at === -1 ? [] : [[at, at + piece.length] as [number, number]];
  });
}

/** What a match says on one line of a list, where its event is not what it says. */
export const matchWords = (found: Explanation): string | undefined =>
  found.engine === 'correlation' ? plural(found.events, 'event') : undefined;
