import { Detector, UnreadableState } from '@tidewatch/forest';
import type { Definition } from './definition.ts';
import type { Entity } from './entity.ts';
import type { Kept } from './kept.ts';

/** Intervals that are noted beside a forest before it is saved whole, at least; entities differ, so that not all are due at once. */
const leastNoted = 24;
const spread = 16;

/** Forests in memory, up to a budget; the others wait in the file. What an entity's forest has learnt, it never forgets by that. */
export interface Forests {
  /** Puts aside what is beyond it from now on. @param bytes in memory */
  within(bytes: number): void;
  /** The forest of an entity, woken where it sleeps. */
  of(entity: Entity, definition: Definition, seed: number): Detector;
  /** Notes what a forest in memory has just been told. */
  told(entity: Entity, values: readonly number[]): void;
  /** A forest leaves memory; what is in the file stays there. */
  putAside(entity: number): void;
  resident(): number;
  /** Bytes, about. */
  memory(): number;
}

interface Resident {
  readonly forest: Detector;
  readonly bytes: number;
}

/**
 * Bytes that a forest takes in memory, and at most in the file, once it has seen thousands of intervals (a young one takes a
 * sixth less): of each tree's nodes and what it keeps, of the points that trees have in common, and of each feature's last values.
 * Measured within 5 % on forests of 10 × 32 to 50 × 256.
 */
export function bytesOf({ features, forest: { trees, sample } }: Definition): number {
  const kept = trees * sample * (sample > 128 ? 18 : 15);
  return 14_000 + kept + 83 * sample + (5_500 + 86 * sample) * features.length;
}

/** @param lost told where a saved forest can't be read: it begins anew */
export function createForests(kept: Kept, lost: (reason: string) => void): Forests {
  const residents = new Map<number, Resident>();
  let memory = 0;
  let budget = 0;
  let newest: number | undefined;

  /** All that it knows is in the file, or noted there. */
  function putAside(id: number): void {
    const resident = residents.get(id);
    if (resident === undefined) return;
    residents.delete(id);
    memory -= resident.bytes;
  }

  /** Entities are wanted in turn, each once in an interval: the one that was wanted just now will not be for longest. */
  function makeRoom(wanted?: number): void {
    if (memory > budget && newest !== undefined) putAside(newest);
    for (const id of residents.keys()) {
      if (memory <= budget) return;
      if (id !== wanted) putAside(id);
    }
  }

  function wake(entity: Entity, definition: Definition, seed: number): Detector {
    const { state, steps } = kept.forest(entity.id);
    const { trees, sample, shingle, target, score } = definition.forest;
    const anew = () =>
      new Detector({
        ...{ features: definition.features.length, shingle, trees, sampleSize: sample, target, score, seed },
        boxes: false,
      });
    let forest: Detector;
    try {
      forest = state === undefined ? anew() : Detector.restore(state);
    } catch (error) {
      if (!(error instanceof UnreadableState)) throw error;
      lost(error.message);
      forest = anew();
      entity.seen = steps.length;
    }
    const count = definition.features.length;
    for (const step of steps) {
      const [values, raw] = [step.slice(0, count), step[count]];
      // Earlier versions noted nothing but the values.
      if (raw === undefined) forest.observe(values);
      else forest.learn(values, raw);
    }
    return forest;
  }

  return {
    within(bytes) {
      budget = bytes;
      makeRoom();
    },
    of(entity, definition, seed) {
      const known = residents.get(entity.id);
      if (known !== undefined) {
        newest = entity.id;
        return known.forest;
      }
      const forest = wake(entity, definition, seed);
      const bytes = bytesOf(definition);
      residents.set(entity.id, { forest, bytes });
      memory += bytes;
      makeRoom(entity.id);
      newest = entity.id;
      return forest;
    },
    told(entity, values) {
      const { forest } = residents.get(entity.id) as Resident;
      if (++entity.noted < leastNoted + (entity.id % spread)) {
        kept.note(entity.id, entity.seen, [...values, forest.raw]);
        return;
      }
      kept.putForest(entity.id, forest.save());
      entity.noted = 0;
    },
    putAside,
    resident: () => residents.size,
    memory: () => memory,
  };
}
