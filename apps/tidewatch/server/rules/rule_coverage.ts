import { existsSync } from 'node:fs';
import type { RuleCatalogue } from '@tidewatch/api';
import { startAskedThread } from '@tidewatch/plugin';
import type { LoadOptions } from '@tidewatch/sigma';
import type { CoverageReport } from '../../sigma/coverage.ts';
import type { Runtime } from '../runtime.ts';
import { workers } from '../workers.ts';
import { configuredRules } from './rule_sources.ts';

/** What the thread is asked. */
export interface AskedCoverage {
  readonly rules: LoadOptions;
  /** Names of the parsers in force. */
  readonly parsers: readonly string[];
}

/** Thousands of rules are read in seconds, on a busy machine in some more. */
const timeoutMs = 120_000;

/** Says what the configured rules ask for and events have: in a thread, and again only when rules or parsers have changed. */
export function createRuleCoverage(
  runtime: Pick<Runtime, 'config' | 'options' | 'parts' | 'parsers'>,
  program = workers.coverage,
): RuleCatalogue['coverage'] {
  let known: { readonly of: readonly unknown[]; readonly report: Promise<CoverageReport> } | undefined;
  return () => {
    const { config, options, parts, parsers } = runtime;
    const of = [config, parts.detector?.loaded(), parsers?.current()];
    if (known === undefined || of.some((part, i) => part !== known?.of[i])) {
      const { paths, placeholders, pipelines = [] } = configuredRules(config, options.root);
      const report = inThread(program, {
        rules: { paths: paths.filter(existsSync), placeholders, pipelines },
        parsers: parsers?.current().entries.map(({ parser }) => parser.name) ?? [],
      });
      const asked = { of, report };
      known = asked;
      report.catch(() => {
        if (known === asked) known = undefined;
      });
    }
    return known.report;
  };
}

async function inThread(program: URL, asked: AskedCoverage): Promise<CoverageReport> {
  const thread = startAskedThread<AskedCoverage, { readonly report: CoverageReport }>(program, {});
  try {
    return (await thread.ask(asked, timeoutMs)).report;
  } finally {
    await thread.end();
  }
}
