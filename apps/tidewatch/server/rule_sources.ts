import { join } from 'node:path';
import type { RuleSources } from '@tidewatch/detector';
import { exceptionFolder } from './exceptions.ts';
import type { Runtime } from './runtime.ts';

/** What the configuration in force says about rules. */
export function ruleSources({ config, governance }: Runtime): RuleSources {
  const { paths, placeholders, pipelines, thor } = config.rules;
  return {
    paths: [...paths, exceptionFolder(config.data)],
    placeholders,
    pipelines,
    cache: join(config.data, 'rules.cache'),
    ...(thor === undefined ? {} : { thor }),
    ...(governance.rulesInForce === undefined ? {} : { only: governance.rulesInForce }),
  };
}
