import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bucket } from './bucket.ts';

/** The promise of {@link Bucket}, for every kind. */
export function describeBucketContract(name: string, open: () => Promise<Bucket>, isThere = true): void {
  describe.runIf(isThere)(`${name} keeps the bucket's promise`, () => {
    let bucket: Bucket;
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'tidewatch-bucket-'));
      bucket = await open();
    });
    afterAll(async () => {
      await bucket?.close();
      await rm(folder, { recursive: true });
    });

    it('gives back what was put, and lists it by prefix', async () => {
      const path = join(folder, 'in');
      const bytes = Buffer.alloc(700_000, 'tidewatch');
      await writeFile(path, bytes);
      await bucket.put('a/2024-05/x.parquet', path);
      await bucket.write('a/2024-05/x.json', '{"ä":1}');
      await bucket.write('ab/y.json', 'y');
      expect(await bucket.list('a/')).toEqual(['a/2024-05/x.json', 'a/2024-05/x.parquet']);
      expect(await bucket.list('')).toHaveLength(3);
      expect(await bucket.read('a/2024-05/x.json')).toBe('{"ä":1}');
      await bucket.get('a/2024-05/x.parquet', join(folder, 'out'));
      expect((await readFile(join(folder, 'out'))).equals(bytes)).toBe(true);
      await bucket.write('ab/y.json', 'z');
      expect(await bucket.read('ab/y.json')).toBe('z');
    });

    it('tells what is missing, and forgets what is deleted', async () => {
      await bucket.write('gone', 'x');
      await bucket.delete('gone');
      await bucket.delete('gone');
      expect(await bucket.read('gone')).toBeUndefined();
      await expect(bucket.get('gone', join(folder, 'out'))).rejects.toMatchObject({
        code: 'ARCHIVE_OBJECT_MISSING',
      });
      expect(await bucket.list('nothing/')).toEqual([]);
    });
  });
}
