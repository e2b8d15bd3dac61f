import { type DataClassDefinition, loadDataClasses } from '@tidewatch/store';
import type { Logger } from '@tidewatch/telemetry';
import type { Config } from '../config/schema.ts';
import { type Classifier, createClassifier, inForce } from '../governance/classifier.ts';
import { loadUseCases } from '../governance/usecases.ts';

export interface Governance {
  readonly classes: readonly DataClassDefinition[];
  /** Classes that a use-case in force fills. */
  readonly approved: ReadonlySet<string>;
  readonly classify: Classifier;
}

/** Reads data classes and use-cases. A use-case that is not valid is left out, loudly; classes must be in order. */
export async function loadGovernance(config: Config, log: Logger): Promise<Governance> {
  const classes = await loadDataClasses(config.classes);
  const { useCases, rejected } = await loadUseCases(config.usecases);
  for (const { file, reason } of rejected) log.warn({ file, reason }, 'A use-case was rejected');
  const today = new Date().toISOString().slice(0, 10);
  const approved = useCases
    .filter((useCase) => inForce(useCase, today))
    .flatMap(({ data }) => data.map((entry) => entry.class));
  return {
    classes,
    approved: new Set(approved),
    classify: createClassifier({ useCases, classes, mode: config.governance, now: Date.now }),
  };
}
