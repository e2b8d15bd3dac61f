import { appendFile, chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlStore, openControlStore } from '@tidewatch/control';
import { epochAt } from '@tidewatch/normalize/pseudonyms';
import { parseDataClasses, type TellDeletion } from '@tidewatch/store';
import { cutOff, expired } from '@tidewatch/store/contract.suite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../config/schema.ts';
import { addKey, makeKeyFile } from '../../governance/key_file.ts';
import { openPseudonyms } from './pseudonyms.ts';
import { expireOriginals } from './retention.ts';

const day = 86_400_000;
const november = Date.UTC(2026, 10, 22);
const december = Date.UTC(2026, 11, 22);

let directory: string;
let file: string;
let control: ControlStore;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-keys-'));
  file = join(directory, 'pseudonym.keys');
  control = openControlStore({ file: join(directory, 'control.db') });
});
afterEach(async () => {
  await control.close();
  await rm(directory, { recursive: true });
});

const open = (pseudonyms: object = { file }, roles: Config['roles'] = ['ingest']) =>
  openPseudonyms(
    { pseudonyms: { epoch: 'month', overlap: '24h', ...pseudonyms } as Config['pseudonyms'], roles },
    async () => control.originals,
  );
async function opened(...args: Parameters<typeof open>) {
  const found = await open(...args);
  if (found === undefined) throw new Error('nothing was opened');
  return found;
}
const coded = (code: string) => expect.objectContaining({ code });

describe('a file of keys', () => {
  it('is made for its owner alone, and never overwritten', async () => {
    await makeKeyFile(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const text = await readFile(file, 'utf8');
    await expect(makeKeyFile(file)).rejects.toThrow(coded('PSEUDONYM_KEYS_EXIST'));
    await expect(makeKeyFile(join(directory, 'none/x'))).rejects.toThrow(coded('FILE_NOT_WRITABLE'));
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('gets a next key that counts from the epoch of a day on', async () => {
    await makeKeyFile(file);
    const before = (await opened()).vault.pseudonyms;
    await expect(addKey(file, '2026-11-01', november)).rejects.toThrow(coded('PSEUDONYM_KEY_BACKDATED'));
    expect(await addKey(file, '2026-12-01', november)).toEqual({ version: 2, from: '2026-12-01' });
    const after = (await opened()).vault.pseudonyms;
    expect(after.at(november).now.of('alice')).toBe(before.at(november).now.of('alice'));
    expect(after.at(december).now.of('alice')).toMatch(/^p2-/);
  });

  it.each([
    ['PSEUDONYM_KEYS_UNREADABLE', async () => {}],
    ['PSEUDONYM_KEYS_INVALID', () => writeFile(file, '# nothing\n', { mode: 0o600 })],
    [
      'PSEUDONYM_KEYS_EXPOSED',
      async () => {
        await makeKeyFile(file);
        await chmod(file, 0o644);
      },
    ],
  ])('is refused with %s', async (code, prepare) => {
    await prepare();
    await expect(open()).rejects.toThrow(coded(code));
  });

  it('is not asked for by a process that takes and replays nothing, nor where none is configured', async () => {
    expect(await open({ file }, ['index'])).toBeUndefined();
    expect(
      await openPseudonyms({ pseudonyms: undefined, roles: ['ingest'] }, async () => control.originals),
    ).toBe(undefined);
  });

  it('may be a variable of the environment', async () => {
    await makeKeyFile(file);
    process.env.TIDEWATCH_TEST_KEYS = await readFile(file, 'utf8');
    try {
      const { vault } = await opened({ env: 'TIDEWATCH_TEST_KEYS' });
      const same = (await opened()).vault;
      expect(vault.pseudonyms.at(november).now.of('a-name')).toBe(
        same.pseudonyms.at(november).now.of('a-name'),
      );
    } finally {
      delete process.env.TIDEWATCH_TEST_KEYS;
    }
    await expect(open({ env: 'TIDEWATCH_TEST_KEYS' })).rejects.toThrow(coded('PSEUDONYM_KEYS_UNREADABLE'));
  });

  it('is read again while it is in use; a broken one leaves what was before', async () => {
    await makeKeyFile(file);
    const pseudonyms = await opened();
    const version = () => pseudonyms.vault.pseudonyms.at(december).now.version;
    expect(version()).toBe(1);
    await addKey(file, '2026-12-01', november);
    await pseudonyms.reload();
    expect(version()).toBe(2);
    await appendFile(file, 'broken\n');
    await expect(pseudonyms.reload()).rejects.toThrow(coded('PSEUDONYM_KEYS_INVALID'));
    expect(version()).toBe(2);
  });
});

describe('retention', () => {
  it('deletes originals with the last event that had them, and their keys a partition later', async () => {
    const classes = parseDataClasses(
      'classes:\n  web: { description: d, ttl: 30d, readers: [a] }\n  system: { description: d, ttl: 90d, readers: [a] }\napprovals: []\n',
    );
    await makeKeyFile(file);
    const { vault } = await opened();
    const epoch = epochAt(november, 'month');
    const note = (dataClass: string, pseudonym: string, at: number) =>
      vault.originals.note({ clear: 'alice', pseudonym, field: 'user.name', dataClass, epoch, at });
    note('web', 'early', november);
    note('web', 'late', november + 5 * day);
    note('system', 'early', november);
    await vault.originals.settle();
    const left = () =>
      [
        ['web', 'early'],
        ['web', 'late'],
        ['system', 'early'],
      ].filter(
        ([dataClass = '', pseudonym = '']) => control.originals.find(dataClass, pseudonym) !== undefined,
      ).length;
    const expire = (now: number, tell: TellDeletion) =>
      expireOriginals(control.originals, classes, now, tell);
    const run = (now: number) => expired({ expire }, now);
    expect(await run(november + 31 * day)).toEqual([]);
    const due = { keeper: 'control.db/originals', dataClass: 'web', what: 'sealed originals', records: 1 };
    expect(await cutOff({ expire }, november + 31 * day + 1)).toEqual([{ ...due, begins: true }]);
    expect(left()).toBe(3);
    expect(await run(november + 31 * day + 1)).toEqual([due]);
    expect(left()).toBe(2);
    await run(november + 40 * day);
    expect(left()).toBe(1);
    const keyOf = (dataClass: string) => control.originals.keys.find(dataClass, epoch.label);
    const { label, ends } = epoch;
    expect(keyOf('web')).toMatchObject({ dataClass: 'web', epoch: label, ends });
    expect(await run(epoch.ends + 61 * day + 1)).toContainEqual({
      ...{ keeper: 'control.db/originals', dataClass: 'web' },
      ...{ what: 'keys of sealed texts', records: 1 },
    });
    expect(keyOf('web')).toBeUndefined();
    expect(keyOf('system')).toMatchObject({ dataClass: 'system', epoch: label, ends });
  });
});
