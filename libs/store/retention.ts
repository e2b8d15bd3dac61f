import type { DataClass } from '@tidewatch/event';
import type { DataClasses } from './classes.ts';
import type { Deletion, TellDeletion } from './deletion.ts';

/** Something that keeps data derived from events, and how to make it forget. */
export interface Keeper {
  /** What people call it, e.g. `event store`; one enrolment per name. */
  readonly keeper: string;
  /** What it keeps, for the privacy officer, e.g. `events as received`. */
  readonly keeps: string;
  readonly dataClass: DataClass | 'all';
  /** How long, in milliseconds: one time for everything, asked for each time since classes change, or each class's own. */
  readonly ttlMs: (() => number) | 'by class';
  /** Deletes whatever is past its time to live at `now` (epoch ms), each thing by `deleteDue` or `deleteNoted`. */
  readonly expire: (now: number, tell: TellDeletion) => Promise<void>;
  /** What is past its time all the same after that, and why, in sentences. */
  readonly overdue?: (now: number) => Promise<readonly string[]>;
}

export interface ExplainedDeletion extends Deletion {
  /** For the audit log: which time to live was over, or what else it was. */
  readonly reason: string;
}

/** A keeper that failed, or kept something all the same. */
export interface RetentionFailure {
  readonly keeper: string;
  readonly message: string;
}

export interface RetentionRegistry {
  /** @throws Error when the keeper's name is taken */
  enrol(keeper: Keeper): void;
  /**
   * Makes every keeper forget, all at once, so that a slow one keeps none of the others. One that is still at it since an
   * earlier run is left alone, and said to be late.
   */
  run(
    now: number,
    tell: (deletion: ExplainedDeletion) => Promise<void>,
  ): Promise<readonly RetentionFailure[]>;
  /** Every keeper with its time to live in words, in order of enrolment. */
  list(): readonly { readonly keeper: string; readonly keeps: string; readonly ttl: string }[];
}

/**
 * Where every place enrols that keeps anything derived from events, so that one job keeps the promise to the privacy
 * officer in all of them.
 */
export function createRetentionRegistry(classes: DataClasses): RetentionRegistry {
  const keepers = new Map<string, Keeper>();
  const busy = new Set<Keeper>();

  async function serve(
    enrolled: Keeper,
    now: number,
    tell: Parameters<RetentionRegistry['run']>[1],
  ): Promise<readonly string[]> {
    const { expire, overdue = async () => [], ttlMs } = enrolled;
    if (busy.has(enrolled)) return ['It is still deleting what an earlier run asked for.'];
    busy.add(enrolled);
    try {
      await expire(now, (deletion) => {
        const ttl = ttlMs === 'by class' ? classes.get(deletion.dataClass)?.ttl : words(enrolled);
        return tell({ reason: `past the time to live of ${ttl}`, ...deletion });
      });
      return await overdue(now);
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    } finally {
      busy.delete(enrolled);
    }
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
    async run(now, tell) {
      const served = [...keepers.values()].map(async (one) =>
        (await serve(one, now, tell)).map((message) => ({ keeper: one.keeper, message })),
      );
      return (await Promise.all(served)).flat();
    },
    list: () =>
      [...keepers.values()].map((entry) => ({ keeper: entry.keeper, keeps: entry.keeps, ttl: words(entry) })),
  };
}

function duration(ms: number): string {
  if (ms % 86_400_000 === 0) return `${ms / 86_400_000}d`;
  return ms % 3_600_000 === 0 ? `${ms / 3_600_000}h` : `${Math.round(ms / 60_000)}m`;
}
