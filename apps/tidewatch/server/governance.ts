import type { DataClasses } from '@tidewatch/store';
import type { Logger } from '@tidewatch/telemetry';
import type { Config } from '../config/schema.ts';
import { type Classifier, createClassifier, inForce, rulesInForce } from '../governance/classifier.ts';
import { loadUseCases } from '../governance/usecases.ts';

export interface Governance {
  readonly classes: DataClasses;
  /** Classes that a use-case in force fills. */
  readonly approved: ReadonlySet<string>;
  readonly classify: Classifier;
  /** Where governance is enforced, the rules that use-cases in force switch on (see `rulesInForce`). */
  readonly rulesInForce?: readonly string[];
}

/** Reads the use-cases. One that is not valid is left out, loudly. */
export async function loadGovernance(
  config: Config,
  classes: DataClasses,
  demo: boolean,
  log: Logger,
): Promise<Governance> {
  const loaded = await loadUseCases(
    config.usecases,
    classes.all.map(({ name }) => name),
  );
  for (const { file, line, message } of loaded.rejected)
    log.warn({ file, line, reason: message }, 'A use-case was rejected');
  // Synthetic classes need no approval, so nobody may send into them but the demonstration, while it plays.
  const synthetic = new Set(classes.all.filter((one) => one.synthetic).map(({ name }) => name));
  const useCases = loaded.useCases.filter(
    ({ data }) => demo || !data.some((entry) => synthetic.has(entry.class)),
  );
  const today = new Date().toISOString().slice(0, 10);
  const approved = useCases
    .filter((useCase) => inForce(useCase, today))
    .flatMap(({ data }) => data.map((entry) => entry.class));
  return {
    classes,
    approved: new Set(approved),
    ...(config.governance === 'enforced' ? { rulesInForce: rulesInForce(useCases, Date.now()) } : {}),
    classify: createClassifier({ useCases, classes: classes.all, mode: config.governance, now: Date.now }),
  };
}
