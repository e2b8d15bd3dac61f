import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createMemory, loadJoins, type Memory, restoreMemory, type Stage } from '@tidewatch/normalize';
import { formatIssues } from '@tidewatch/plugin';
import type { KeptSnapshots } from '@tidewatch/stream';
import type { Logger, Metrics } from '@tidewatch/telemetry';

/** What events are completed with, in a running process. */
export interface JoinsInForce {
  readonly memory: Memory;
  readonly stage: Stage;
  /** Saves the memory. */
  readonly close: () => Promise<void>;
}

export interface JoinsDeps {
  /** Tidewatch's own folder. */
  readonly root: string;
  /** Files and folders of people's own parsers: the folder `joins` beside one is theirs, too. */
  readonly own: readonly string[];
  /** Where the memory outlives a restart. */
  readonly snapshots: KeptSnapshots;
  /** Whether what events say may be on the disk in clear. */
  readonly inClear: boolean;
  /** The longest that anything of events may be kept, milliseconds. */
  readonly longestMs: () => number;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** The stage's name among snapshots. */
export const joinsSnapshot = 'joins';

const saveEveryMs = 60_000;
const countEveryMs = 5_000;

/** Loads the joins and what was remembered before. A file that is wrong is told in the log, the others are in force. */
export async function openJoins(deps: JoinsDeps): Promise<JoinsInForce> {
  const { root, own, inClear, longestMs, metrics, log } = deps;
  const snapshots = inClear ? deps.snapshots : undefined;
  if (!inClear) await deps.snapshots.expire(Number.POSITIVE_INFINITY, [joinsSnapshot]);
  const memory = createMemory(longestMs);
  await restore(memory, snapshots, log);
  const folders = [...own.map((path) => join(path, '..', 'joins')), join(root, 'joins')].filter(existsSync);
  const { stage, names, faults } = await loadJoins([...new Set(folders)], { memory });
  for (const { file, issues } of faults)
    log.error({ file, issues: formatIssues(issues) }, 'Joins are not in force');
  log.info({ joins: names.length, remembered: memory.size() }, 'Joins loaded');

  const count = (): void => metrics.set('joins_remembered_entries', {}, memory.size());

  let saving: Promise<void> = Promise.resolve();
  const save = (): Promise<void> => {
    saving = saving
      .then(() => snapshotTo(memory, snapshots))
      .catch((error: Error) => {
        log.error({ err: error }, 'What joins remember could not be saved');
      });
    return saving;
  };
  const counting = setInterval(count, countEveryMs).unref();
  const regularly = setInterval(() => void save(), saveEveryMs).unref();
  return {
    memory,
    stage,
    async close() {
      clearInterval(counting);
      clearInterval(regularly);
      count();
      await save();
    },
  };
}

async function restore(memory: Memory, snapshots: KeptSnapshots | undefined, log: Logger): Promise<void> {
  const saved = await snapshots?.load(joinsSnapshot, 'all');
  if (saved === undefined) return;
  try {
    await restoreMemory(memory, Buffer.from(saved).toString());
  } catch (error) {
    log.error({ err: error as Error }, 'What joins remembered before can not be read: they begin anew');
  }
}

async function snapshotTo(memory: Memory, snapshots: KeptSnapshots | undefined): Promise<void> {
  if (snapshots === undefined) return;
  const parts: Buffer[] = [];
  for await (const part of memory.snapshot(Date.now())) parts.push(Buffer.from(part));
  await snapshots.save(joinsSnapshot, 'all', Buffer.concat(parts));
}
