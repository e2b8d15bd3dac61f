import type { Epoch } from './epochs.ts';
import type { SealKeys } from './seal_keys.ts';

/** What a pseudonym stands for, sealed: one for each data class that it occurs in. */
export interface SealedOriginal {
  readonly dataClass: string;
  readonly pseudonym: string;
  /** Where it was found first. */
  readonly field: string;
  readonly sealed: string;
  /** The newest event with it, to the end of its day, epoch milliseconds. */
  readonly seen: number;
}

export interface OriginalStore {
  /** Keeps what it has not, and notes of the rest when it was seen. Durable when it resolves; what was written before a failure may come again. */
  write(originals: readonly SealedOriginal[]): Promise<void>;
  /** Grows when something that was written is erased; then all counts as not written. */
  readonly erasures: number;
}

/** What a sealed original is bound to. */
export const originalContext = ({ dataClass, pseudonym, field }: Omit<SealedOriginal, 'sealed' | 'seen'>) =>
  `original ${dataClass} ${pseudonym} ${field}`;

export interface Originals {
  /** Sees to it that what a pseudonym stands for is kept. @param at epoch milliseconds */
  note(original: Noted): void;
  /** Resolves when all that was noted before is durable. Rejects where it could not be kept; it is tried again next. */
  settle(): Promise<void>;
}

export interface Noted {
  readonly clear: string;
  readonly pseudonym: string;
  readonly field: string;
  readonly dataClass: string;
  readonly epoch: Epoch;
  readonly at: number;
}

const dayMs = 86_400_000;
/** Half of what is remembered as written. */
const remembered = 100_000;

/** Writes each pseudonym's original once, and once a day that it is still in use. */
export function createOriginals(keys: SealKeys, store: OriginalStore): Originals {
  let young = new Set<string>();
  let old = new Set<string>();
  let erasures = store.erasures;
  let pending: SealedOriginal[] = [];
  let last: Promise<void> = Promise.resolve();
  let awaited: Promise<void> | undefined;

  async function write(): Promise<void> {
    awaited = undefined;
    const batch = pending;
    pending = [];
    try {
      if (batch.length > 0) await store.write(batch);
    } catch (error) {
      pending = [...batch, ...pending];
      throw error;
    }
  }

  return {
    note({ clear, pseudonym, field, dataClass, epoch, at }) {
      const day = Math.floor(at / dayMs);
      const name = `${dataClass} ${day} ${pseudonym}`;
      if (erasures !== store.erasures) {
        erasures = store.erasures;
        young.clear();
        old.clear();
      }
      if (young.has(name) || old.has(name)) return;
      if (young.size >= remembered) {
        old = young;
        young = new Set();
      }
      young.add(name);
      const context = originalContext({ dataClass, pseudonym, field });
      const sealed = keys.sealer(dataClass, epoch).seal(Buffer.from(clear), context);
      pending.push({ dataClass, pseudonym, field, sealed, seen: (day + 1) * dayMs });
    },
    settle() {
      if (awaited !== undefined) return awaited;
      if (pending.length === 0) return last;
      // One write at a time; what is noted meanwhile shares the next.
      awaited = last.catch(() => {}).then(write);
      last = awaited;
      return last;
    },
  };
}
