import type { FieldPolicy } from '@tidewatch/normalize/pseudonyms';
import { globMatcher } from './glob.ts';
import { inForce, type UseCase } from './usecase.ts';

/** What use-cases ask of the fields of a source's data set; undefined where they ask for nothing. */
export type FieldPolicies = (source: string, dataset: string, synthetic: boolean) => FieldPolicy | undefined;

interface Claim {
  readonly useCase: UseCase;
  readonly dataClass: string;
  readonly covers: (source: string, dataset: string) => boolean;
}

/** Senders name data sets, so what is remembered is bounded. */
const rememberedPairs = 10_000;

/**
 * Pseudonyms protect more, and so need nobody's leave: every use-case that covers the data counts, in force or not. To drop
 * fields is for use-cases in force, and all of them say together what is kept. Invented data is asked for nothing.
 *
 * @param day in UTC, `YYYY-MM-DD`
 * @returns the same object for the same pair, as long as nothing changes
 */
export function createFieldPolicies(useCases: readonly UseCase[], day: string): FieldPolicies {
  const claims = useCases.flatMap((useCase) =>
    useCase.data.map(({ source, dataset, class: dataClass }): Claim => {
      const ofSource = globMatcher(source ?? '**');
      const ofDataset = globMatcher(dataset ?? '**');
      return { useCase, dataClass, covers: (a, b) => ofSource(a) && ofDataset(b) };
    }),
  );
  const asks = useCases.some(({ pseudonymise, minimise }) => pseudonymise.length > 0 || minimise);
  if (!asks) return () => undefined;
  let remembered = new Map<string, FieldPolicy | undefined>();
  /** Records come in runs of one data set. */
  let last:
    | { readonly source: string; readonly dataset: string; readonly found: FieldPolicy | undefined }
    | undefined;

  function find(source: string, dataset: string): FieldPolicy | undefined {
    const covering = claims.filter(({ covers }) => covers(source, dataset)).map(({ useCase }) => useCase);
    const pseudonymise = [...new Set(covering.flatMap((useCase) => useCase.pseudonymise))].sort();
    const valid = covering.filter((useCase) => inForce(useCase, day));
    const keep = valid.some(({ minimise }) => minimise)
      ? [...new Set(valid.flatMap(({ fields }) => fields))]
      : undefined;
    if (pseudonymise.length === 0 && keep === undefined) return undefined;
    return { pseudonymise, ...(keep === undefined ? {} : { keep }) };
  }

  return (source, dataset, synthetic) => {
    if (synthetic) return undefined;
    if (last?.source === source && last.dataset === dataset) return last.found;
    const key = `${source}\0${dataset}`;
    if (remembered.size >= rememberedPairs) remembered = new Map();
    const found = remembered.has(key) ? remembered.get(key) : find(source, dataset);
    remembered.set(key, found);
    last = { source, dataset, found };
    return found;
  };
}

/** Every field that some use-case asks pseudonyms for, with the use-cases. */
export function pseudonymisedFields(useCases: readonly UseCase[]): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  for (const { name, pseudonymise } of useCases)
    for (const field of pseudonymise) fields.set(field, [...(fields.get(field) ?? []), name]);
  return fields;
}
