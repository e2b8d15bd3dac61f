import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControlStore, type KeptOriginal, openControlStore } from './index.ts';

let directory: string;
let file: string;
let control: ControlStore;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidewatch-originals-'));
  file = join(directory, 'control.db');
  control = openControlStore({ file });
});
afterEach(async () => {
  await control.close();
  rmSync(directory, { recursive: true });
});

const original = (pseudonym: string, more: Partial<KeptOriginal> = {}): KeptOriginal => ({
  ...{ dataClass: 'web', pseudonym, field: 'user.name', sealed: `sealed.k.${pseudonym}`, seen: 1_000 },
  ...more,
});
const key = (id: string, more: object = {}) => ({
  ...{ id, dataClass: 'web', epoch: '20261101', ends: 5_000, wrapped: `sealed.w1.wrapped-${id}` },
  ...more,
});

describe('originals', () => {
  it('are kept across a restart, the newest of each class and pseudonym', async () => {
    await control.originals.write([original('a'), original('a', { dataClass: 'system', seen: 3_000 })]);
    await control.originals.write([original('a', { sealed: 'sealed.k.newer', seen: 500 })]);
    await control.close();
    control = openControlStore({ file });
    expect(control.originals.find('web', 'a')).toEqual(original('a', { sealed: 'sealed.k.newer' }));
    expect(control.originals.find('system', 'a')?.seen).toBe(3_000);
    expect(control.originals.find('web', 'b')).toBeUndefined();
    expect([...control.originals.classes()].sort()).toEqual(['system', 'web']);
  });

  it('of a person are found and erased in all classes, and leave nothing in the files', async () => {
    const web = original('a', { sealed: 'sealed.k.of-a-person' });
    const system = original('b', { dataClass: 'system' });
    await control.originals.write([web, original('a', { dataClass: 'system' }), system]);
    expect(control.originals.findAll(['a', 'none'])).toHaveLength(2);
    expect(control.originals.findAll(['a'])).toContainEqual(web);
    expect(control.originals.erase(['a', 'none'])).toBe(2);
    expect(control.originals.erase(['a'])).toBe(0);
    expect(control.originals.erasures).toBe(1);
    expect(control.originals.findAll(['a', 'b'])).toEqual([system]);
    for (const name of readdirSync(directory))
      expect(readFileSync(join(directory, name)).includes('of-a-person'), name).toBe(false);
  });

  it('go by class when they were last seen too long ago, however many', async () => {
    const many = Array.from({ length: 1_201 }, (_, i) => original(`p${i}`));
    await control.originals.write([...many, original('late', { seen: 2_000 })]);
    await control.originals.write([original('p0', { dataClass: 'system' })]);
    expect(control.originals.due('web', 2_000)).toBe(1_201);
    expect(await control.originals.expire('web', 2_000)).toBe(1_201);
    expect(control.originals.find('web', 'late')).toEqual(original('late', { seen: 2_000 }));
    expect(control.originals.find('system', 'p0')).toEqual(original('p0', { dataClass: 'system' }));
  });
});

describe('keys', () => {
  it('are found by class and epoch, and by id; the newest counts', () => {
    const { keys } = control.originals;
    keys.add(key('one'));
    keys.add(key('two'));
    keys.add(key('other', { dataClass: 'system' }));
    expect(keys.find('web', '20261101')).toEqual(key('two'));
    expect(keys.find('web', '20261201')).toBeUndefined();
    expect(keys.get('one')).toEqual(key('one'));
  });

  it('that are destroyed stand in no file any more', () => {
    const { keys } = control.originals;
    keys.add(key('one'));
    keys.add(key('two', { epoch: '20261201', ends: 9_000 }));
    const anywhere = (text: string) =>
      ['', '-wal'].some((more) => readFileSync(`${file}${more}`).includes(text));
    expect(anywhere('wrapped-one')).toBe(true);
    expect(keys.destroy('web', '20261101')).toBe(1);
    expect(anywhere('wrapped-one')).toBe(false);
    expect(keys.get('one')).toBeUndefined();
    expect([9_000, 9_001].map((ends) => control.originals.keysDue('web', ends))).toEqual([0, 1]);
    expect(control.originals.expireKeys('web', 9_000)).toBe(0);
    expect(control.originals.expireKeys('web', 9_001)).toBe(1);
    expect(anywhere('wrapped-two')).toBe(false);
  });
});

it('a database of the format before is brought along, with what it holds', async () => {
  await control.createLoginLink({ user: 'admin' });
  await control.close();
  const older = new Libsql(file);
  older.exec(
    `${['cases', 'case_alerts', 'case_entries', 'views', 'view_defaults', 'searches'].map((table) => `DROP TABLE ${table};`).join('')}
    DROP TABLE devices; DROP TABLE originals; DROP TABLE seal_keys; DROP TABLE api_keys; DROP INDEX users_by_subject;
    ${['reach', 'disabled', 'password', 'subject', 'vouched_at', 'zone'].map((column) => `ALTER TABLE users DROP COLUMN ${column};`).join('')}
    ALTER TABLE sessions DROP COLUMN method; ALTER TABLE sessions DROP COLUMN ends_at;
    INSERT INTO sessions VALUES ('h', 'old', 'admin', 'c', 1000, ${Date.now()}); PRAGMA user_version = 1;`,
  );
  older.close();
  control = openControlStore({ file });
  await control.originals.write([original('a')]);
  expect((await control.users.list()).map(({ id }) => id)).toEqual(['admin']);
  // Seven days after 1970 began.
  expect(await control.sessions.list()).toEqual([]);
});
