import { type EpochLength, epochAt } from './epochs.ts';
import { derive, keyAt, type PseudonymKey } from './keys.ts';
import { createSealer, openSealed, type Sealer, type SealKey, sealedUnder } from './seal.ts';

/** Seals the raw bytes of dead letters. */
export interface LetterSeal {
  /** @param id of the event that the letter may become */
  readonly seal: (raw: Uint8Array, id: string) => Uint8Array;
  /** Undefined where the key is not there any more, or the bytes were changed. */
  readonly open: (sealed: Uint8Array, id: string) => Uint8Array | undefined;
}

/**
 * Keys of letters follow from the key file by epoch, and are not kept: whichever process replays a letter has to open
 * it, and the stream forgets letters soon.
 */
export function createLetterSeal(keys: readonly PseudonymKey[], length: EpochLength): LetterSeal {
  const keyOf = (key: PseudonymKey, label: string): SealKey => ({
    id: `l${key.version}-${label}`,
    secret: derive(key.secret, `letters ${label}`),
  });
  let current: { readonly ends: number; readonly sealer: Sealer } = {
    ends: 0,
    sealer: createSealer({ id: 'none', secret: new Uint8Array(32) }),
  };

  function sealerNow(): Sealer {
    const now = Date.now();
    if (now >= current.ends) {
      const { begins, ends, label } = epochAt(now, length);
      current = { ends, sealer: createSealer(keyOf(keyAt(keys, begins), label)) };
    }
    return current.sealer;
  }

  return {
    seal: (raw, id) => Buffer.from(sealerNow().seal(raw, `letter ${id}`)),
    open(sealed, id) {
      const text = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength).toString('latin1');
      const [, version, label = ''] = /^l(\d{1,4})-(\d{8})$/.exec(sealedUnder(text) ?? '') ?? [];
      const key = keys.find((each) => String(each.version) === version);
      return key && openSealed(text, keyOf(key, label).secret, `letter ${id}`);
    },
  };
}
