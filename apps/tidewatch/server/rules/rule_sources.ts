import { join } from 'node:path';
import type { RuleSources } from '@tidewatch/detector';
import type { Config } from '../../config/schema.ts';
import { keptRuleFolder } from '../documents.ts';
import type { Runtime } from '../runtime.ts';
import { exceptionFolder } from './exceptions.ts';

/** What the configuration in force says about rules. */
export const ruleSources = ({ config, governance, options }: Runtime): RuleSources => ({
  ...configuredRules(config, options.root),
  cache: join(config.data, 'rules.cache'),
  ...governance.rules,
});

/** @param root Tidewatch's own folder, whose rules run whatever is selected */
export function configuredRules({ data, rules }: Config, root: string): RuleSources {
  const { paths, select, placeholders, pipelines, thor } = rules;
  return {
    paths: [...paths, keptRuleFolder(data), exceptionFolder(data)],
    select,
    always: [join(root, 'rules'), keptRuleFolder(data)],
    placeholders,
    pipelines,
    ...(thor === undefined ? {} : { thor }),
  };
}

/** The files and folders that rules come from. */
export const rulePaths = ({ paths, pipelines = [], thor }: RuleSources): readonly string[] => [
  ...paths,
  ...pipelines,
  ...(thor === undefined ? [] : [thor]),
];
