import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStagedUploads } from './staged_uploads.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tidewatch-staged-'));
});
afterEach(() => rm(root, { recursive: true }));

const part = (name: string, offset: number, text: string) => ({
  ...{ name, version: '1', file: 'card.md', offset },
  content: Buffer.from(text),
});

it('puts parts behind each other, one that comes again in its own place, and none behind a gap', async () => {
  const uploads = openStagedUploads(root);
  expect(await uploads.write(part('a', 0, 'first'))).toBe(5);
  expect(await uploads.write(part('a', 5, 'second'))).toBe(11);
  expect(await uploads.write(part('a', 5, 'other'))).toBe(10);
  await expect(uploads.write(part('a', 11, 'x'))).rejects.toMatchObject({ code: 'MODEL_PART' });
  expect(await readFile(join(uploads.folderOf('a', '1'), 'card.md'), 'utf8')).toBe('firstother');
});

it('takes no more than its limits, until what was given up is deleted', async () => {
  const limits = { bytes: 10, files: 2, givenUpMs: 60_000 };
  const uploads = openStagedUploads(root, limits);
  await uploads.write(part('a', 0, '12345678'));
  await expect(uploads.write(part('b', 0, '123'))).rejects.toMatchObject({
    code: 'MODEL_UPLOADS',
    details: { bytes: 8, files: 1, minutes: 1 },
  });
  await uploads.write(part('b', 0, '12'));
  await expect(uploads.write(part('c', 0, ''))).rejects.toMatchObject({ code: 'MODEL_UPLOADS' });
  expect(await uploads.clean(Date.now() + 59_000)).toEqual({ bytes: 10, files: 2 });
  expect(await uploads.clean(Date.now() + 61_000)).toEqual({ bytes: 0, files: 0 });
  expect(await readdir(root)).toEqual([]);
  expect(await uploads.write(part('c', 0, '1234567890'))).toBe(10);
});
