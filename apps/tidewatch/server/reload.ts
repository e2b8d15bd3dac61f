import { isDeepStrictEqual } from 'node:util';
import type { Accept } from '@tidewatch/plugin';
import type { Config } from '../config/schema.ts';
import { replaceInputs } from './ingest.ts';
import { ruleSources } from './rules/rule_sources.ts';
import type { Runtime } from './runtime.ts';

/** What a running process takes over; everything else is opened once. */
const reloadable: readonly (keyof Config)[] = [
  'inputs',
  'parsers',
  'enrichment',
  'rules',
  'usecases',
  'anomalies',
  'log',
  'disk',
];

/**
 * Makes what brings a newly read configuration into force without a restart: log level, disk budgets, use-cases, parsers,
 * enrichment, rules, detectors of anomalies, inputs. Inputs that did not change go on undisturbed; the
 * detector reads on where it was. One reload at a time.
 */
export function createReload(runtime: Runtime, accept: Accept | undefined): (next: Config) => Promise<void> {
  let turn: Promise<unknown> = Promise.resolve();

  /** Rules that can't be read leave those before in force. */
  async function reloadRules(before: Config): Promise<void> {
    try {
      await runtime.parts.detector?.reload(ruleSources(runtime));
    } catch (error) {
      runtime.config = { ...runtime.config, rules: before.rules };
      throw error;
    }
  }

  async function reload(next: Config): Promise<void> {
    const { config: before, log, parts } = runtime;
    const { inputs, parsers, enrichment, rules, usecases, anomalies, disk } = next;
    const config = {
      ...before,
      inputs,
      parsers,
      enrichment,
      rules,
      usecases,
      anomalies,
      disk,
      log: next.log,
    };
    await runtime.pseudonyms?.reload();
    await parts.governanceWatch?.refresh(config);
    runtime.config = config;
    log.level = config.log.level;
    await parts.disk?.look();
    await runtime.joins?.reload(parsers);
    await runtime.parsers?.reload(parsers);
    await runtime.enrichment?.reload(enrichment);
    await reloadRules(before);
    await parts.anomalies?.refresh();
    const inputsChanged = accept === undefined ? 0 : await replaceInputs(runtime, accept);
    const needRestart = (Object.keys(next) as (keyof Config)[]).filter(
      (key) => !reloadable.includes(key) && !isDeepStrictEqual(next[key], before[key]),
    );
    log.info({ inputsChanged, rules: parts.detector?.loaded().rules.length }, 'Configuration reloaded');
    if (needRestart.length > 0)
      log.warn(
        { keys: needRestart },
        'Some of the new configuration comes into force at the next start only',
      );
  }

  return (next) => {
    const reloaded = turn.then(() => reload(next));
    turn = reloaded.catch(() => {});
    return reloaded;
  };
}
