import type { DataClass } from '@tidewatch/event';
import type { DataClasses } from './classes.ts';
import type { Deletion } from './contract.ts';

/** Something that keeps data derived from events, and how to make it forget. */
export interface Keeper {
  /** What people call it, e.g. `event store`; one enrolment per name. */
  readonly keeper: string;
  /** What it keeps, for the privacy officer, e.g. `events as received`. */
  readonly keeps: string;
  readonly dataClass: DataClass | 'all';
  /** How long, in milliseconds: one time for everything, asked for each time since classes change, or each class's own. */
  readonly ttlMs: (() => number) | 'by class';
  /** Deletes whatever is past its time to live at `now` (epoch ms) and says what that was. */
  readonly expire: (now: number) => Promise<readonly Deletion[]>;
  /** What is past its time all the same after that, and why, in sentences. */
  readonly overdue?: (now: number) => Promise<readonly string[]>;
}

export interface ExplainedDeletion extends Deletion {
  /** For the audit log: which time to live was over, or what else it was. */
  readonly reason: string;
}

export interface RetentionRun {
  readonly deletions: readonly ExplainedDeletion[];
  /** Keepers that failed, or kept something all the same; the others were served. */
  readonly failures: readonly { readonly keeper: string; readonly message: string }[];
}

export interface RetentionRegistry {
  /** @throws Error when the keeper's name is taken */
  enrol(keeper: Keeper): void;
  /** Makes every keeper forget. Runs never overlap: one asked for meanwhile begins after the one under way. */
  run(now: number): Promise<RetentionRun>;
  /** Every keeper with its time to live in words, in order of enrolment. */
  list(): readonly { readonly keeper: string; readonly keeps: string; readonly ttl: string }[];
}

/**
 * Where every place enrols that keeps anything derived from events, so that one job keeps the promise to the privacy
 * officer in all of them.
 */
export function createRetentionRegistry(classes: DataClasses): RetentionRegistry {
  const keepers = new Map<string, Keeper>();
  let last: Promise<unknown> = Promise.resolve();

  async function runAll(now: number): Promise<RetentionRun> {
    const deletions: ExplainedDeletion[] = [];
    const failures: { keeper: string; message: string }[] = [];
    for (const enrolled of keepers.values()) {
      const { keeper, expire, overdue = async () => [], ttlMs } = enrolled;
      try {
        for (const deletion of await expire(now)) {
          const ttl = ttlMs === 'by class' ? classes.get(deletion.dataClass)?.ttl : words(enrolled);
          deletions.push({ reason: `past the time to live of ${ttl}`, ...deletion });
        }
        for (const message of await overdue(now)) failures.push({ keeper, message });
      } catch (error) {
        failures.push({ keeper, message: error instanceof Error ? error.message : String(error) });
      }
    }
    return { deletions, failures };
  }

  const words = ({ dataClass, ttlMs }: Keeper): string => {
    if (ttlMs !== 'by class') return duration(ttlMs());
    return dataClass === 'all' ? 'by class' : (classes.get(dataClass)?.ttl ?? 'by class');
  };

  return {
    enrol(keeper) {
      if (keepers.has(keeper.keeper)) throw new Error(`${keeper.keeper} has enrolled already.`);
      keepers.set(keeper.keeper, keeper);
    },
    run(now) {
      const run = last.then(() => runAll(now));
      last = run;
      return run;
    },
    list: () =>
      [...keepers.values()].map((entry) => ({ keeper: entry.keeper, keeps: entry.keeps, ttl: words(entry) })),
  };
}

function duration(ms: number): string {
  if (ms % 86_400_000 === 0) return `${ms / 86_400_000}d`;
  return ms % 3_600_000 === 0 ? `${ms / 3_600_000}h` : `${Math.round(ms / 60_000)}m`;
}
