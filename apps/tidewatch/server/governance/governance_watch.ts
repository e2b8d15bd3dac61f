import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../../config/schema.ts';
import type { UseCaseFault } from '../../governance/usecase.ts';
import { type FileWatch, watchFiles } from '../file_watch.ts';
import { ruleSources } from '../rules/rule_sources.ts';
import type { Runtime } from '../runtime.ts';
import { dayOf, type Governance, loadGovernance, standingOf, useCaseFolders } from './governance.ts';

export interface GovernanceWatch extends FileWatch {
  /** Reads all anew, also where no file has changed. What can't be read is told, and leaves what is in force. */
  refresh(config?: Config): Promise<void>;
}

const dayMs = 86_400_000;

/**
 * Brings changed classes and use-cases into force while Tidewatch runs, and what begins or ends with a day: sources, rules
 * and what these write, times to live. Everything that changes is noted in the audit log.
 */
export async function watchGovernance(runtime: Runtime): Promise<GovernanceWatch> {
  const { log, health, options } = runtime;
  let told: ReadonlySet<string> = new Set();
  /** What the detector was last given; another where that failed. */
  let applied: Governance['rules'] = runtime.governance.rules;
  let turn: Promise<unknown> = Promise.resolve();

  async function take(config: Config): Promise<void> {
    const before = runtime.governance;
    const next = await loadGovernance({
      config,
      demo: options.demo,
      before,
      holding: (names) => classesHolding(runtime, names),
    });
    runtime.classes.replace(next.classes);
    runtime.governance = next;
    tellFaults(next.faults);
    await tellChanges(runtime, before, next);
    await runtime.parts.anomalies?.refresh();
    if (isDeepStrictEqual(applied, next.rules)) return;
    await runtime.parts.detector?.reload(ruleSources(runtime));
    applied = next.rules;
  }

  function tellFaults(faults: readonly UseCaseFault[]): void {
    const texts = faults.map(
      ({ file, line, message }) => `${line === undefined ? file : `${file}:${line}`}: ${message}`,
    );
    for (const [i, text] of texts.entries()) {
      const { file, line, message } = faults[i] as UseCaseFault;
      if (!told.has(text)) log.warn({ file, line, reason: message }, 'A file of governance has a fault');
    }
    told = new Set(texts);
    if (texts.length === 0) health.set('governance', 'ready');
    else health.set('governance', 'degraded', texts.join(' '));
  }

  const refresh = (config: Config = runtime.config): Promise<void> => {
    const taken = turn.then(() => take(config));
    turn = taken.catch(() => {});
    return taken;
  };

  /** Days are told by the clock, which may be set, also back. */
  function expiry(): number {
    const { day, rules } = runtime.governance;
    const isOld = day !== dayOf(Date.now()) || !isDeepStrictEqual(applied, rules);
    return isOld ? 0 : Math.floor(Date.now() / dayMs + 1) * dayMs;
  }

  tellFaults(runtime.governance.faults);
  const watch = watchFiles(
    {
      what: 'use-cases and data classes',
      paths: () => [runtime.config.classes, ...useCaseFolders(runtime.config).slice(0, 2)],
      reload: () => refresh(),
      expiry,
    },
    log,
  );
  // What changed between the start and the first look.
  await watch.look();
  await refresh();
  return {
    ...watch,
    refresh,
    async close() {
      await watch.close();
      await turn;
    },
  };
}

async function classesHolding({ adapters }: Runtime, names: readonly string[]): Promise<readonly string[]> {
  const stats = await adapters.store?.events.stats();
  return names.filter((name) =>
    // What only the archive holds, or is damaged, has no events here, and is listed in a file of the store.
    stats?.partitions.some(
      ({ dataClass, events, sealed }) => dataClass === name && (events > 0 || sealed === true),
    ),
  );
}

async function tellChanges({ adapters, log }: Runtime, before: Governance, next: Governance): Promise<void> {
  const [old, now] = [standingOf(before), standingOf(next)];
  for (const target of new Set([...old.keys(), ...now.keys()])) {
    const [was, is] = [old.get(target), now.get(target)];
    if (was?.is === is?.is) continue;
    const [from, to] = [was?.told() ?? null, is?.told() ?? null];
    log.info({ from, to }, `Governance: the ${target} ${to ?? 'is gone'}`);
    await adapters
      .audit({ who: 'governance', action: 'governance.change', target, detail: { from, to } })
      .catch((error: Error) =>
        log.error({ reason: error.message, target }, 'The audit log did not take a change'),
      );
  }
}
