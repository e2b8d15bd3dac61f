import { join, sep } from 'node:path';
import type { RuleCatalogue } from '@tidewatch/api';
import type { RuleStatus } from '@tidewatch/detector';
import { detectorOf } from '@tidewatch/sigma';
import { documentsOf } from '../adapters.ts';
import { keptName, keptRuleFiles, keyOfBefore, keyOfRule, parseDocuments, versionOf } from '../documents.ts';
import type { Runtime } from '../runtime.ts';
import { createRuleCoverage } from './rule_coverage.ts';

/** The rules list of the API, from the detector of this process, with the filters that are kept as rules are. */
export function createRuleCatalogue(runtime: Runtime): RuleCatalogue {
  const documents = documentsOf(runtime.adapters);
  const shipped = join(runtime.options.root, 'rules') + sep;

  const nameOf = (file: string): string | undefined => keptName(documents, file);
  const withOrigin = (row: RuleStatus) =>
    ({
      ...row,
      origin: row.file.startsWith(shipped) ? 'shipped' : nameOf(row.file) === undefined ? 'folder' : 'kept',
    }) as const;

  async function rows(): Promise<readonly RuleStatus[]> {
    const known = runtime.parts.detector?.rules() ?? [];
    const listed = new Set(known.map(({ file, id }) => `${file}\n${id}`));
    const filters = await keptFilters();
    return [...known, ...filters.filter(({ file, id }) => !listed.has(`${file}\n${id}`))];
  }

  /** Filters in force are part of the rules they were added to, and not in the detector's list. */
  async function keptFilters(): Promise<readonly RuleStatus[]> {
    const files = await keptRuleFiles(runtime.config.data).catch(() => []);
    return (await Promise.all(files.map(filtersIn))).flat();
  }

  async function filtersIn(file: string): Promise<readonly RuleStatus[]> {
    const name = nameOf(file);
    const text = name === undefined ? undefined : await documents.read(keyOfRule(name));
    if (text === undefined) return [];
    return parseDocuments(text, file).filters.map(({ id, title, level, tags, author, source }) => ({
      id,
      title,
      level,
      state: 'loaded',
      file,
      logsource: 'filter',
      tags,
      ...(author === null ? {} : { author }),
      source,
      matches: 0,
      lastMatch: null,
    }));
  }

  return {
    coverage: createRuleCoverage(runtime),
    release: (id) => runtime.parts.detector?.release(id) ?? false,
    list: async () => (await rows()).map(({ source: _source, ...row }) => withOrigin(row as RuleStatus)),
    async get(id) {
      const found = (await rows()).find((rule) => rule.id === id);
      if (found === undefined) return undefined;
      const about = aboutRule(found);
      const rule = { ...withOrigin(found), ...(about === undefined ? {} : { about }) };
      const name = nameOf(found.file);
      const source = name === undefined ? undefined : await documents.read(keyOfRule(name));
      if (name === undefined || source === undefined) return rule;
      const restorable = (await documents.read(keyOfBefore(name))) !== undefined;
      return { ...rule, source, kept: { id: name, version: versionOf(source), restorable } };
    },
  };
}

function aboutRule({ id, source, file }: RuleStatus) {
  const { rules, correlations } = parseDocuments(source, file);
  const rule = rules.find((one) => one.id === id);
  if (rule !== undefined) return detectorOf('sigma', rule);
  const correlation = correlations.find((one) => one.id === id);
  return correlation && detectorOf('correlation', correlation);
}
