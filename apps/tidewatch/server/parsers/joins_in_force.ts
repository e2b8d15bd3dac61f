import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  createMemory,
  type LoadedJoins,
  loadJoins,
  type Memory,
  restoreMemory,
  type Stage,
} from '@tidewatch/normalize';
import type { KeptSnapshots } from '@tidewatch/stream';
import type { HealthBoard, Logger, Metrics } from '@tidewatch/telemetry';
import type { Config } from '../../config/schema.ts';
import { type FileWatch, watchFiles } from '../file_watch.ts';
import { createFaultTeller } from './faults.ts';

/** What events are completed with, in a running process. */
export interface JoinsInForce {
  readonly memory: Memory;
  /** The same one as long as the process lives. */
  readonly stage: Stage;
  readonly look: FileWatch['look'];
  /** Goes by another configuration from now on. */
  readonly reload: (config: Config['parsers']) => Promise<void>;
  /** Saves the memory. */
  readonly close: () => Promise<void>;
}

export interface JoinsDeps {
  /** Tidewatch's own folder. */
  readonly root: string;
  /** Where the memory outlives a restart. */
  readonly snapshots: KeptSnapshots;
  /** Whether what events say may be on the disk in clear. */
  readonly inClear: boolean;
  /** The longest that anything of events may be kept, milliseconds. */
  readonly longestMs: () => number;
  readonly metrics: Metrics;
  readonly health: HealthBoard;
  readonly log: Logger;
}

/** The stage's name among snapshots. */
const joinsSnapshot = 'joins';

const saveEveryMs = 60_000;
const countEveryMs = 5_000;

/**
 * Loads the joins and what was remembered before, and follows their files: what ships, and the folder `joins` beside each file
 * or folder of people's parsers. A file that is wrong leaves what was in force from it, and is told on the health page and
 * in the log.
 */
export async function openJoins(config: Config['parsers'], deps: JoinsDeps): Promise<JoinsInForce> {
  const { root, inClear, longestMs, metrics, log } = deps;
  const snapshots = inClear ? deps.snapshots : undefined;
  if (!inClear) await deps.snapshots.expire(Number.POSITIVE_INFINITY, [joinsSnapshot]);
  const memory = createMemory(longestMs);
  await restore(memory, snapshots, log);
  const tellFaults = createFaultTeller('joins', deps);
  let configured = config;
  const folders = (): string[] => [
    ...new Set([...configured.paths.map((path) => join(path, '..', 'joins')), join(root, 'joins')]),
  ];
  let loaded = await load();
  let turn: Promise<unknown> = Promise.resolve();

  async function load(before?: LoadedJoins): Promise<LoadedJoins> {
    const found = await loadJoins(folders().filter(existsSync), { memory }, before);
    log.info({ joins: found.files.length, remembered: memory.size() }, 'Joins loaded');
    tellFaults(found.faults);
    return found;
  }
  const reload = (): Promise<void> => {
    const reloaded = turn.then(async () => {
      loaded = await load(loaded);
    });
    turn = reloaded.catch(() => {});
    return reloaded;
  };

  const count = (): void => metrics.set('joins_remembered_entries', {}, memory.size());

  let saving: Promise<void> = Promise.resolve();
  const save = (): Promise<void> => {
    saving = saving
      .then(() => memory.expire(Date.now()))
      .then(() => snapshotTo(memory, snapshots))
      .catch((error: Error) => {
        log.error({ err: error }, 'What joins remember could not be saved');
      });
    return saving;
  };
  const watch = watchFiles({ what: 'joins', paths: folders, reload, expiry: () => null }, log);
  const counting = setInterval(count, countEveryMs).unref();
  const regularly = setInterval(() => void save(), saveEveryMs).unref();
  return {
    memory,
    stage: { name: 'joins', apply: (draft, context) => loaded.stage.apply(draft, context) },
    look: watch.look,
    async reload(next) {
      configured = next;
      await reload();
    },
    async close() {
      clearInterval(counting);
      clearInterval(regularly);
      await watch.close();
      await turn;
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
  for await (const part of memory.snapshot()) parts.push(Buffer.from(part));
  await snapshots.save(joinsSnapshot, 'all', Buffer.concat(parts));
}
