import { randomBytes } from 'node:crypto';
import type { Epoch } from './epochs.ts';
import { derive, keyAt, type PseudonymKey } from './keys.ts';
import { createSealer, openSealed, type Sealer, type SealKey, sealedUnder } from './seal.ts';

/** A key of one data class and epoch as it is kept: sealed itself. */
export interface KeptSealKey {
  readonly id: string;
  readonly dataClass: string;
  /** The epoch's label. */
  readonly epoch: string;
  /** When its epoch ends, epoch milliseconds: nothing is sealed under it from then on. */
  readonly ends: number;
  /** The key, sealed under one that follows from the key file. */
  readonly wrapped: string;
}

/** Where keys are kept. Without its row nothing that was sealed under a key can be opened by anybody. */
export interface SealKeyStore {
  /** The newest of a class and epoch. */
  find(dataClass: string, epoch: string): KeptSealKey | undefined;
  get(id: string): KeptSealKey | undefined;
  /** Durable when it returns. */
  add(key: KeptSealKey): void;
}

export interface SealKeys {
  /** What seals for a class in an epoch. */
  readonly sealer: (dataClass: string, epoch: Epoch) => Sealer;
  /** Undefined where the key is gone or another, the text was changed, or belongs elsewhere. */
  readonly open: (text: string, context: string) => Buffer | undefined;
}

const wrapping = (key: PseudonymKey): SealKey => ({
  id: `w${key.version}`,
  secret: derive(key.secret, 'wrap'),
});
const contextOf = ({ id, dataClass, epoch }: Omit<KeptSealKey, 'wrapped' | 'ends'>): string =>
  `key ${id} ${dataClass} ${epoch}`;

/** A destroyed key is used no longer than this. */
const lookEveryMs = 1_000;
const mostAtHand = 1_000;

/** Keys of their own for each class and epoch, random, so that to delete one erases all that it sealed. */
export function createSealKeys(keys: readonly PseudonymKey[], store: SealKeyStore): SealKeys {
  const sealers = new Map<string, { readonly id: string; readonly sealer: Sealer; looked: number }>();

  function unwrap(kept: KeptSealKey): Buffer | undefined {
    const key = keys.find((each) => wrapping(each).id === sealedUnder(kept.wrapped));
    return key && openSealed(kept.wrapped, wrapping(key).secret, contextOf(kept));
  }

  function make(dataClass: string, epoch: Epoch): SealKey {
    const kept = store.find(dataClass, epoch.label);
    const secret = kept && unwrap(kept);
    if (kept !== undefined && secret !== undefined) return { id: kept.id, secret };
    const made = { id: randomBytes(12).toString('hex'), secret: randomBytes(32) };
    const facts = { id: made.id, dataClass, epoch: epoch.label };
    const wrapped = createSealer(wrapping(keyAt(keys, epoch.begins))).seal(made.secret, contextOf(facts));
    store.add({ ...facts, ends: epoch.ends, wrapped });
    return made;
  }

  return {
    sealer(dataClass, epoch) {
      const name = `${dataClass} ${epoch.label}`;
      const known = sealers.get(name);
      const now = Date.now();
      if (known !== undefined && now - known.looked < lookEveryMs) return known.sealer;
      // One that was destroyed meanwhile would seal what nobody can open.
      if (known !== undefined && store.get(known.id) !== undefined) {
        known.looked = now;
        return known.sealer;
      }
      const key = make(dataClass, epoch);
      const sealer = createSealer(key);
      if (sealers.size >= mostAtHand) sealers.clear();
      sealers.set(name, { id: key.id, sealer, looked: now });
      return sealer;
    },
    open(text, context) {
      const kept = store.get(sealedUnder(text) ?? '');
      const secret = kept && unwrap(kept);
      return secret && openSealed(text, secret, context);
    },
  };
}
