import { classApproved, type DataClassDefinition } from '@tidewatch/store';
import { globMatcher, globSource } from './glob.ts';
import { inForce, type UseCase, whyNotInForce } from './usecase.ts';

export type GovernanceMode = 'evaluation' | 'enforced';

/** The class of what no approved use-case covers, in evaluation mode. */
const unapprovedClass = 'unapproved';

export interface ClassifierOptions {
  readonly useCases: readonly UseCase[];
  /** Synthetic classes hold invented data, which needs nobody's approval. */
  readonly classes: readonly Pick<DataClassDefinition, 'name' | 'synthetic' | 'ttl' | 'approvals'>[];
  /** Where a class stands for people, `classes.yml:12`. */
  readonly placeOfClass: (name: string) => string;
  /** Where use-cases are looked for, for people. */
  readonly folder: string;
  readonly mode: GovernanceMode;
  /** Epoch milliseconds; approvals end with the UTC day of their review date. */
  readonly now: () => number;
}

/** What becomes of a source's dataset: kept under a class, or refused with a sentence for its sender. */
export type Classification = { readonly dataClass: string } | { readonly refused: string };
export type Classifier = (source: string, dataset: string) => Classification;

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
 * nothing in force covers is `unapproved` in evaluation, and refused where governance is enforced; there the class with its
 * time to live has to be approved as well.
 */
export function createClassifier(options: ClassifierOptions): Classifier {
  const { useCases, classes, now } = options;
  const known = new Map(classes.map((definition) => [definition.name, definition]));
  const claims = claimsOf(useCases, (name) => known.get(name)?.synthetic === true);
  let remembered = new Map<string, Classification>();
  let knownDay = Number.NaN;
  /** Records come in runs of one data set. */
  let last: { readonly source: string; readonly dataset: string; readonly found: Classification } | undefined;

  function classify(source: string, dataset: string, day: string): Classification {
    const covering = claims.filter((claim) => claim.covers(source, dataset));
    const valid = covering.find(({ synthetic, useCase }) => synthetic || inForce(useCase, day));
    if (options.mode === 'evaluation') return { dataClass: valid?.dataClass ?? unapprovedClass };
    const what = `dataset ${dataset} of source ${source}`;
    if (valid === undefined) {
      const [nearest] = covering;
      if (nearest === undefined) return { refused: `No use-case in ${options.folder} covers ${what}.` };
      const { useCase } = nearest;
      return {
        refused: `The use-case ${useCase.name}, which covers ${what}, ${whyNotInForce(useCase, day)}.`,
      };
    }
    const { dataClass, synthetic } = valid;
    const definition = known.get(dataClass);
    if (synthetic || (definition !== undefined && classApproved(definition, day))) return { dataClass };
    const place = options.placeOfClass(dataClass);
    return {
      refused: `The class ${dataClass} of ${what} has no approval of ${definition?.ttl} that counts on ${day} (${place}).`,
    };
  }

  return (source, dataset) => {
    const day = Math.floor(now() / 86_400_000);
    if (day !== knownDay || remembered.size >= rememberedPairs) {
      remembered = new Map();
      knownDay = day;
      last = undefined;
    }
    if (last?.source === source && last.dataset === dataset) return last.found;
    const key = `${source}\0${dataset}`;
    const found =
      remembered.get(key) ?? classify(source, dataset, new Date(day * 86_400_000).toISOString().slice(0, 10));
    remembered.set(key, found);
    last = { source, dataset, found };
    return found;
  };
}

function claimsOf(useCases: readonly UseCase[], isSynthetic: (name: string) => boolean): Claim[] {
  const claims = useCases.flatMap((useCase) =>
    useCase.data.map(({ source, dataset, class: dataClass }): Claim => {
      const sourceMatches = globMatcher(source ?? '**');
      const datasetMatches = globMatcher(dataset ?? '**');
      const patterns = [source, dataset].filter((pattern) => pattern !== undefined);
      return {
        useCase,
        dataClass,
        synthetic: isSynthetic(dataClass),
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

/** By what rules are named: the source of a regular expression that has to match a rule's id or path. */
export interface GovernedRules {
  /** Of which one has to match, for a rule to run. A path is relative, with `/`: `rules/linux/log_emptied.yml`. */
  readonly only: readonly string[];
  /** Why rules are left out that no use-case in force switches on, but another one would. */
  readonly withheld: readonly { readonly rules: string; readonly why: string }[];
}

/** Which rules may run where governance is enforced: those that a use-case in force switches on. @param day in UTC */
export function governedRules(useCases: readonly UseCase[], day: string): GovernedRules {
  const switched = useCases.map((useCase) => ({ useCase, why: whyNotInForce(useCase, day) }));
  return {
    only: switched
      .filter(({ why }) => why === undefined)
      .flatMap(({ useCase }) => useCase.rules.map(globSource)),
    withheld: switched.flatMap(({ useCase: { name, rules }, why }) =>
      why === undefined
        ? []
        : rules.map((rule) => ({
            rules: globSource(rule),
            why: `The use-case ${name}, which switches it on, ${why}.`,
          })),
    ),
  };
}
