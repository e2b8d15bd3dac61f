import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DocumentKey, DocumentPlaces, Documents } from './contract.ts';

export const folders = ['rules', 'rules/.before'];

/** What holds the documents of one or of several processes. */
export interface DocumentsUnderTest {
  open(places: DocumentPlaces): Promise<Documents>;
  /** A folder of its own, as a process has it. */
  directory(): Promise<string>;
  /** Closes what is open, and removes what was written. */
  dispose(): Promise<void>;
}

const key = (name: string, folder = 'rules'): DocumentKey => ({ folder, name });

/** The promise of {@link Documents}, as tests. Every adapter runs it. */
export function describeDocuments(name: string, start: () => Promise<DocumentsUnderTest>): void {
  describe(`documents in ${name}`, () => {
    let site: DocumentsUnderTest;
    let directory: string;
    let documents: Documents;
    beforeEach(async () => {
      site = await start();
      directory = await site.directory();
      documents = await site.open({ directory, folders });
    });
    afterEach(() => site.dispose());

    const put = (text: string | null, of = key('a'), to = documents) => to.write([{ ...of, text }]);

    it('are files with what was written last, until they are deleted', async () => {
      expect(await documents.read(key('a'))).toBeUndefined();
      for (const text of ['title: One\n', 'title: Zwölf \u{1f600}\n', '']) {
        expect(await put(text)).toBe(true);
        expect(await documents.read(key('a'))).toBe(text);
        expect(await readFile(documents.file(key('a')), 'utf8')).toBe(text);
      }
      expect(await put(null)).toBe(true);
      expect(await put(null)).toBe(true);
      expect(await documents.read(key('a'))).toBeUndefined();
      await expect(stat(documents.file(key('a')))).rejects.toMatchObject({ code: 'ENOENT' });
    });

    it('are told apart by folder, and known by their files', async () => {
      await documents.write([
        { ...key('a', 'rules/.before'), text: 'old' },
        { ...key('a'), text: 'new' },
      ]);
      expect(await documents.read(key('a', 'rules/.before'))).toBe('old');
      expect(await documents.read(key('a'))).toBe('new');
      for (const each of [key('a'), key('b-_9', 'rules/.before')])
        expect(documents.keyOf(documents.file(each))).toEqual(each);
      for (const path of ['rules/deep/a.yml', 'rules/a.yaml', 'other/a.yml', 'a.yml', '../rules/a.yml'])
        expect(documents.keyOf(join(directory, path))).toBeUndefined();
    });

    it('are changed only where they are as expected', async () => {
      const none = (text: string | undefined) => text === undefined;
      const one = (text: string | undefined) => text === 'one';
      expect(await documents.write([{ ...key('a'), text: 'one' }], none)).toBe(true);
      expect(await documents.write([{ ...key('a'), text: 'two' }], none)).toBe(false);
      const both = [
        { ...key('b'), text: 'beside' },
        { ...key('a'), text: 'three' },
      ];
      const done = await Promise.all([documents.write(both, one), documents.write(both, one)]);
      expect(done).toEqual([true, false]);
      expect(
        await documents.write(
          [
            { ...key('b'), text: 'never' },
            { ...key('a'), text: null },
          ],
          one,
        ),
      ).toBe(false);
      expect(await documents.read(key('b'))).toBe('beside');
    });

    it('are there for the next process in the folder', async () => {
      await put('kept');
      await put('gone', key('b'));
      await put(null, key('b'));
      await documents.close();
      const next = await site.open({ directory, folders });
      expect(await next.read(key('a'))).toBe('kept');
      expect(await next.read(key('b'))).toBeUndefined();
    });

    it('leave alone what somebody else put beside them, until its name is written', async () => {
      const own = join(directory, 'rules', 'a.yml');
      const deep = join(directory, 'rules', 'deep', 'b.yml');
      await mkdir(dirname(deep), { recursive: true });
      await writeFile(own, 'by hand');
      await writeFile(deep, 'by hand');
      await documents.close();
      const next = await site.open({ directory, folders });
      await put('other', key('c'), next);
      expect(await next.read(key('a'))).toBe('by hand');
      expect(await put('ours', key('a'), next)).toBe(true);
      const names = (await readdir(join(directory, 'rules'), { recursive: true })).filter((each) =>
        each.endsWith('a.yml'),
      );
      expect(names).toHaveLength(1);
      expect(await readFile(next.file(key('a')), 'utf8')).toBe('ours');
      expect(await readFile(deep, 'utf8')).toBe('by hand');
    });

    it('are read by whoever else is there, where they are shared', async () => {
      if (!documents.shared) return;
      const elsewhere = await site.directory();
      const other = await site.open({ directory: elsewhere, folders });
      await put('one');
      await seen(other, key('a'), 'one');
      await put(null);
      await put('two', key('b'), other);
      await seen(other, key('a'), undefined);
      await seen(documents, key('b'), 'two');
      // What changed while it was away, also where it had it before.
      await other.close();
      await put('three');
      await put(null, key('b'));
      const back = await site.open({ directory: elsewhere, folders });
      expect(await readFile(back.file(key('a')), 'utf8')).toBe('three');
      await expect(stat(back.file(key('b')))).rejects.toMatchObject({ code: 'ENOENT' });
    });

    it('are changed by one of those that change them at the same time', async () => {
      const another = async () =>
        documents.shared ? site.open({ directory: await site.directory(), folders }) : documents;
      const all = [documents, await another(), await another()];
      for (let round = 0; round < 5; round++) {
        const before = await documents.read(key('a'));
        const as = (text: string | undefined) => text === before;
        const writes = all.map((each, i) =>
          each.write(
            [
              { ...key('a', 'rules/.before'), text: `before ${round} by ${i}` },
              { ...key('a'), text: `${round} by ${i}` },
            ],
            as,
          ),
        );
        const won = (await Promise.all(writes)).indexOf(true);
        expect(await Promise.all(writes)).toEqual(all.map((_, i) => i === won));
        for (const each of all) {
          await seen(each, key('a'), `${round} by ${won}`);
          await seen(each, key('a', 'rules/.before'), `before ${round} by ${won}`);
        }
      }
    });
  });
}

/** Soon: others hear of a change within a second. */
async function seen(documents: Documents, of: DocumentKey, text: string | undefined): Promise<void> {
  await expect.poll(() => documents.read(of), { timeout: 5_000, interval: 20 }).toBe(text);
  await expect
    .poll(() => readFile(documents.file(of), 'utf8').catch(() => undefined), { timeout: 5_000, interval: 20 })
    .toBe(text);
}
