import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readModelFolder, writeModelFolder } from './folder.ts';

const manifest = {
  name: 'odd-lines',
  version: '1',
  kind: 'svm',
  events: 'event.category: process',
  score: { meaning: 'odd from 0 to 1', threshold: 0.5, calibration: 'by quantiles', title: 'Odd line' },
  explanation: 'tokens',
  data: { class: 'scores', training: 'lines of our own making' },
  author: 'alice',
  license: 'Apache-2.0',
  tolerance: 1e-6,
} as const;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-models-'));
  await writeModelFolder(folder, manifest, {
    'card.md': '# Odd lines\n',
    'golden.ndjson': '{}\n',
    'weights.json': '[1]',
  });
});
afterEach(() => rm(folder, { recursive: true }));

it('reads what was written', async () => {
  const read = await readModelFolder(folder);
  expect(read.manifest).toMatchObject(manifest);
  expect(read.files.get('weights.json')?.toString()).toBe('[1]');
});

it.each([
  [
    'a file that was changed',
    () => appendFile(join(folder, 'weights.json'), ' '),
    'weights.json: it is not the file',
  ],
  ['a file that is missing', () => rm(join(folder, 'golden.ndjson')), 'golden.ndjson: ENOENT'],
  ['a manifest with an unknown key', () => appendFile(join(folder, 'manifest.yml'), 'extra: 1\n'), 'extra'],
  ['a folder without a manifest', () => rm(join(folder, 'manifest.yml')), 'manifest.yml: ENOENT'],
  [
    'a model without a card',
    async () => {
      const text = await readFile(join(folder, 'manifest.yml'), 'utf8');
      await writeFile(join(folder, 'manifest.yml'), text.replace(/ +card\.md: .*\n/, ''));
    },
    'files has no card.md',
  ],
])('refuses %s', async (_, damage, reason) => {
  await damage();
  await expect(readModelFolder(folder)).rejects.toMatchObject({
    code: 'MODEL_REFUSED',
    message: expect.stringContaining(reason),
  });
});
