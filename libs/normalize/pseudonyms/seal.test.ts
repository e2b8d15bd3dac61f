import { describe, expect, it } from 'vitest';
import { epochAt } from './epochs.ts';
import { parsePseudonymKeys } from './keys.ts';
import { createLetterSeal } from './letters.ts';
import { createOriginals, originalContext, type SealedOriginal } from './originals.ts';
import { createSealer, openSealed, sealedUnder } from './seal.ts';
import { createSealKeys, type KeptSealKey } from './seal_keys.ts';

const key = (version: number, byte: number) => `${version}:${Buffer.alloc(32, byte).toString('base64')}`;
const keys = parsePseudonymKeys(key(1, 1), 'a test');
const epoch = epochAt(Date.UTC(2026, 10, 21), 'month');
const secret = Buffer.alloc(32, 9);
const clear = Buffer.from('alice ✓');

/** Keeps keys as the control store does. */
function keyStore() {
  const rows: KeptSealKey[] = [];
  return {
    rows,
    find: (dataClass: string, label: string) =>
      rows.findLast((row) => row.dataClass === dataClass && row.epoch === label),
    get: (id: string) => rows.find((row) => row.id === id),
    add: (row: KeptSealKey) => void rows.push(row),
  };
}

describe('a sealed text', () => {
  const sealer = createSealer({ id: 'k1', secret });

  it('opens under its key and context alone, and is never the same twice', () => {
    const text = sealer.seal(clear, 'here');
    expect(text).toMatch(/^sealed\.k1\.[\w-]+$/);
    expect(sealedUnder(text)).toBe('k1');
    expect(openSealed(text, secret, 'here')).toEqual(clear);
    expect(openSealed(text, secret, 'there')).toBeUndefined();
    expect(openSealed(text, Buffer.alloc(32, 8), 'here')).toBeUndefined();
    expect(sealer.seal(clear, 'here')).not.toBe(text);
    expect(text).not.toContain(clear.toString('base64url'));
  });

  it('does not open when any byte of it was changed or is missing', () => {
    const text = sealer.seal(clear, 'here');
    const [, , body = ''] = text.split('.');
    const bytes = Buffer.from(body, 'base64url');
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] as number) ^ 1;
      expect(
        openSealed(`sealed.k1.${changed.toString('base64url')}`, secret, 'here'),
        `byte ${i}`,
      ).toBeUndefined();
      const cut = bytes.subarray(0, i).toString('base64url');
      expect(openSealed(`sealed.k1.${cut}`, secret, 'here'), `cut at ${i}`).toBeUndefined();
    }
  });
});

describe('keys of classes and epochs', () => {
  it('are kept wrapped, found again, and gone when their row is', () => {
    const store = keyStore();
    const text = createSealKeys(keys, store).sealer('web', epoch).seal(clear, 'c');
    const [row] = store.rows;
    expect(row).toMatchObject({ dataClass: 'web', epoch: '20261101', ends: Date.UTC(2026, 11, 1) });
    const later = createSealKeys(keys, store);
    expect(later.open(text, 'c')).toEqual(clear);
    later.sealer('web', epoch);
    expect(store.rows).toHaveLength(1);
    later.sealer('system', epoch);
    expect(store.rows).toHaveLength(2);
    store.rows.shift();
    expect(later.open(text, 'c')).toBeUndefined();
  });

  it('cannot be had with another file of keys, nor moved to another class', () => {
    const store = keyStore();
    const text = createSealKeys(keys, store).sealer('web', epoch).seal(clear, 'c');
    expect(createSealKeys(parsePseudonymKeys(key(1, 2), 'x'), store).open(text, 'c')).toBeUndefined();
    store.rows[0] = { ...(store.rows[0] as KeptSealKey), dataClass: 'system' };
    expect(createSealKeys(keys, store).open(text, 'c')).toBeUndefined();
  });
});

describe('sealed letters', () => {
  it('open in any process with the keys, for their own event', () => {
    const sealed = createLetterSeal(keys, 'month').seal(clear, 'e1');
    const rotated = parsePseudonymKeys(`${key(1, 1)} ${key(2, 2)}`, 'x');
    expect(createLetterSeal(rotated, 'week').open(sealed, 'e1')).toEqual(clear);
    expect(createLetterSeal(rotated, 'month').open(sealed, 'e2')).toBeUndefined();
    expect(createLetterSeal(parsePseudonymKeys(key(2, 2), 'x'), 'month').open(sealed, 'e1')).toBeUndefined();
    expect(createLetterSeal(keys, 'month').open(clear, 'e1')).toBeUndefined();
  });
});

describe('originals', () => {
  const at = Date.UTC(2026, 10, 21, 9);
  const noted = { clear: 'alice', pseudonym: 'p', field: 'user.name', dataClass: 'web', epoch, at };

  it('are written once a day, and can be opened', async () => {
    const store = keyStore();
    const sealKeys = createSealKeys(keys, store);
    const written: SealedOriginal[] = [];
    const vault = {
      erasures: 0,
      write: async (rows: readonly SealedOriginal[]) => void written.push(...rows),
    };
    const originals = createOriginals(sealKeys, vault);
    originals.note(noted);
    originals.note({ ...noted, field: 'message' });
    await originals.settle();
    expect(written).toMatchObject([{ pseudonym: 'p', field: 'user.name', seen: Date.UTC(2026, 10, 22) }]);
    const [first] = written as [SealedOriginal];
    expect(sealKeys.open(first.sealed, originalContext(first))?.toString()).toBe('alice');
    originals.note({ ...noted, at: at + 86_400_000 });
    originals.note({ ...noted, dataClass: 'system' });
    await originals.settle();
    expect(written.slice(1).map(({ dataClass, seen }) => [dataClass, seen])).toEqual([
      ['web', Date.UTC(2026, 10, 23)],
      ['system', Date.UTC(2026, 10, 22)],
    ]);
    vault.erasures++;
    originals.note({ ...noted, dataClass: 'system' });
    await originals.settle();
    expect(written.slice(3)).toMatchObject([{ dataClass: 'system', pseudonym: 'p' }]);
  });

  it('that could not be written keep everybody waiting, and are tried again', async () => {
    let fails = true;
    const written: SealedOriginal[] = [];
    const originals = createOriginals(createSealKeys(keys, keyStore()), {
      erasures: 0,
      write: async (rows) => {
        if (fails) throw new Error('disk full');
        written.push(...rows);
      },
    });
    originals.note(noted);
    const both = await Promise.allSettled([originals.settle(), originals.settle()]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fails = false;
    await originals.settle();
    expect(written).toHaveLength(1);
    await originals.settle();
    expect(written).toHaveLength(1);
  });
});
