import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ManifestOf, readModelFolder } from '@tidewatch/models';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { root } from '../../../test/require.ts';
import { writeReference } from './reference.ts';

let folder: string;
let model: string;
let events: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-reference-'));
  [model, events] = [join(folder, 'model'), join(folder, 'events.ndjson')];
  await cp(join(root, 'models/odd-logons/1'), model, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

const logon = (user: string, type: string[]) => ({
  '@timestamp': '2026-03-02T06:00:00.000Z',
  tidewatch: { data_class: 'demonstration' },
  event: { category: ['authentication'], type },
  user: { name: user },
});
const write = (all: readonly object[]) =>
  writeFile(events, all.map((event) => `${JSON.stringify(event)}\n`).join(''));

it('writes what features were in training, and leaves all else as it is', async () => {
  const before = await readFile(join(model, 'manifest.yml'), 'utf8');
  await write([logon('alice', ['start']), logon('alice', ['start']), logon('bob', ['start'])]);
  expect(await writeReference(model, events)).toBe(3);
  await write([...Array(2_100).fill(logon('alice', ['start'])), logon('bob', ['end'])]);
  expect(await writeReference(model, events)).toBe(2_100);
  const { manifest } = await readModelFolder(model);
  const { account, source } = (manifest as ManifestOf<'onnx'>).reference as Record<
    string,
    { counts: number[] }
  >;
  expect(account?.counts.filter((count) => count > 0)).toEqual([2_100]);
  // None of them says where from.
  expect([source?.counts.length, source?.counts.at(-1)]).toEqual([257, 2_100]);
  const after = await readFile(join(model, 'manifest.yml'), 'utf8');
  const without = (text: string) => text.replace(/^reference:\n(?: .*\n)+/m, '');
  expect(without(after)).toBe(without(before));
});

it('writes into a manifest in braces, as JSON is one, too', async () => {
  const file = join(model, 'manifest.yml');
  const { reference: _, ...before } = parse(await readFile(file, 'utf8'));
  await writeFile(file, `${JSON.stringify(before)}\n`);
  await write([logon('alice', ['start'])]);
  for (let times = 0; times < 2; times++) expect(await writeReference(model, events)).toBe(1);
  const { reference, ...after } = parse(await readFile(file, 'utf8'));
  expect(after).toEqual(before);
  expect(Object.keys(reference)).toEqual(['account', 'source', 'host', 'type']);
  await readModelFolder(model);
});

it('counts what looks back over a time only once that has passed', async () => {
  const feature = { name: 'logons', aggregate: 'count', by: ['user.name'], over: '1h' };
  await writeFile(join(model, 'manifest.yml'), JSON.stringify({ events: '*', features: [feature] }));
  const minutely = (count: number) =>
    write(
      Array.from({ length: count }, (_, i) => ({
        ...logon('alice', ['start']),
        '@timestamp': new Date(Date.UTC(2026, 2, 2, 6, i)).toISOString(),
      })),
    );
  const written = async () => {
    await writeReference(model, events);
    return parse(await readFile(join(model, 'manifest.yml'), 'utf8')).reference;
  };
  await minutely(300);
  const { logons } = await written();
  // The oldest of a window's panes is as good as over.
  expect(logons[0]).toBeGreaterThan(55);
  expect(logons.at(-1)).toBe(60);
  await minutely(30);
  expect(await written()).toEqual({});
});

it('says which events or which model it cannot do with, and changes nothing', async () => {
  await write([logon('alice', ['end'])]);
  await expect(writeReference(model, events)).rejects.toMatchObject({
    code: 'FILE_UNREADABLE',
    message: expect.stringContaining('no event that the model is for'),
  });
  const svm = join(root, 'models/evasion/1');
  await expect(writeReference(svm, events)).rejects.toMatchObject({ code: 'MODEL_REFUSED' });
  await readModelFolder(model);
});
