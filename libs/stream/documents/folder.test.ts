import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeDocuments } from './documents.suite.ts';
import { openFolderDocuments } from './folder.ts';

describeDocuments('a folder', async () => {
  const directories: string[] = [];
  return {
    open: openFolderDocuments,
    async directory() {
      const made = await mkdtemp(join(tmpdir(), 'tidewatch-documents-'));
      directories.push(made);
      return made;
    },
    async dispose() {
      for (const each of directories) await rm(each, { recursive: true });
    },
  };
});
