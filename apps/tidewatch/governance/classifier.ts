import { globMatcher, globSource } from './glob.ts';
import type { UseCase } from './usecases.ts';

export type GovernanceMode = 'evaluation' | 'enforced';

/** The class of what no approved use-case covers, in evaluation mode. */
const unapprovedClass = 'unapproved';

/** Only an approval in this role puts a use-case into force. */
const approvingRole = 'privacy_officer';

export interface ClassifierOptions {
  readonly useCases: readonly UseCase[];
  /** Synthetic classes hold invented data, which needs nobody's approval. */
  readonly classes: readonly { readonly name: string; readonly synthetic?: boolean | undefined }[];
  readonly mode: GovernanceMode;
  /** Epoch milliseconds; approvals end with the UTC day of their review date. */
  readonly now: () => number;
}

/** What becomes of a source's dataset: kept under a class, or refused with a sentence for its sender. */
export type Classification = { readonly dataClass: string } | { readonly refused: string };
export type Classifier = (source: string, dataset: string) => Classification;

/** Whether a use-case is in force on a day, `YYYY-MM-DD` in UTC. */
export const inForce = (useCase: UseCase, day: string): boolean =>
  day <= useCase.review_by && useCase.approvals.some(({ role, at }) => role === approvingRole && at <= day);

interface Claim {
  readonly useCase: UseCase;
  readonly dataClass: string;
  readonly synthetic: boolean;
  readonly covers: (source: string, dataset: string) => boolean;
  /** A claim on sources beats one on datasets alone; a literal beats a glob; the longer pattern beats the shorter. */
  readonly rank: readonly [number, number, number];
}

/** Senders name datasets, so what is remembered is bounded. */
const rememberedPairs = 10_000;

/**
 * Decides the data class of each source's dataset (architecture.md, governance modes). The most specific claim in force counts:
 * one on a synthetic class is in force by itself, any other while its use-case is approved and not past its review date. What
 * nothing in force covers is `unapproved` in evaluation, and refused where governance is enforced.
 */
export function createClassifier({ useCases, classes, mode, now }: ClassifierOptions): Classifier {
  const claims = claimsOf(
    useCases,
    new Set(classes.filter(({ synthetic }) => synthetic).map(({ name }) => name)),
  );
  let known = new Map<string, Classification>();
  let knownDay = Number.NaN;
  /** Records come in runs of one data set. */
  let last: { readonly source: string; readonly dataset: string; readonly found: Classification } | undefined;
  return (source, dataset) => {
    const day = Math.floor(now() / 86_400_000);
    if (day !== knownDay || known.size >= rememberedPairs) {
      known = new Map();
      knownDay = day;
      last = undefined;
    }
    if (last?.source === source && last.dataset === dataset) return last.found;
    const key = `${source}\0${dataset}`;
    const found =
      known.get(key) ??
      classify(claims, source, dataset, mode, new Date(day * 86_400_000).toISOString().slice(0, 10));
    known.set(key, found);
    last = { source, dataset, found };
    return found;
  };
}

function classify(
  claims: readonly Claim[],
  source: string,
  dataset: string,
  mode: GovernanceMode,
  day: string,
): Classification {
  const covering = claims.filter((claim) => claim.covers(source, dataset));
  const valid = covering.find(({ synthetic, useCase }) => synthetic || inForce(useCase, day));
  if (valid !== undefined) return { dataClass: valid.dataClass };
  if (mode === 'evaluation') return { dataClass: unapprovedClass };
  const [nearest] = covering;
  const what = `dataset ${dataset} of source ${source}`;
  if (nearest === undefined) return { refused: `No use-case covers ${what}.` };
  const { name, review_by, approvals } = nearest.useCase;
  const why =
    approvals.length === 0 ? 'has not been approved' : `is not in force on ${day} (review by ${review_by})`;
  return { refused: `The use-case ${name}, which covers ${what}, ${why}.` };
}

function claimsOf(useCases: readonly UseCase[], synthetic: ReadonlySet<string>): Claim[] {
  const claims = useCases.flatMap((useCase) =>
    useCase.data.map(({ source, dataset, class: dataClass }): Claim => {
      const sourceMatches = globMatcher(source ?? '**');
      const datasetMatches = globMatcher(dataset ?? '**');
      const patterns = [source, dataset].filter((pattern) => pattern !== undefined);
      return {
        useCase,
        dataClass,
        synthetic: synthetic.has(dataClass),
        covers: (aSource, aDataset) => sourceMatches(aSource) && datasetMatches(aDataset),
        rank: [
          source === undefined ? 0 : 1,
          patterns.every((pattern) => !pattern.includes('*')) ? 1 : 0,
          patterns.join('').length,
        ],
      };
    }),
  );
  return claims.sort((a, b) => b.rank[0] - a.rank[0] || b.rank[1] - a.rank[1] || b.rank[2] - a.rank[2]);
}

/**
 * Which rules may run where governance is enforced: the sources of regular expressions, of which one has to match a rule's
 * id or its path (relative, with `/`, e.g. `rules/linux/log_emptied.yml`). Only use-cases in force switch rules on.
 *
 * @param now epoch milliseconds
 */
export function rulesInForce(useCases: readonly UseCase[], now: number): string[] {
  const day = new Date(now).toISOString().slice(0, 10);
  return useCases.filter((useCase) => inForce(useCase, day)).flatMap(({ rules }) => rules.map(globSource));
}
