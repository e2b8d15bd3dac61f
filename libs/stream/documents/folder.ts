import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DocumentKey, DocumentPlaces, Documents } from './contract.ts';
import { fileOf, keyOfFile, putText, readText } from './files.ts';

/** Documents of this process alone: the files are all there is. */
export async function openFolderDocuments(places: DocumentPlaces): Promise<Documents> {
  const { directory, folders } = places;
  for (const folder of folders) await mkdir(join(directory, folder), { recursive: true });
  const file = (key: DocumentKey): string => fileOf(directory, key);
  const read = (key: DocumentKey) => readText(file(key));
  let turn: Promise<unknown> = Promise.resolve();

  return {
    shared: false,
    file,
    keyOf: (path) => keyOfFile(path, places),
    read,
    write(changes, expected = () => true) {
      const written = turn.then(async () => {
        const last = changes.at(-1);
        if (last === undefined || !expected(await read(last))) return last === undefined;
        for (const change of changes) await putText(file(change), change.text);
        return true;
      });
      turn = written.catch(() => {});
      return written;
    },
    async close() {
      await turn;
    },
  };
}
