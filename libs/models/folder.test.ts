import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readModelFolder, writeModelFolder } from './folder.ts';
import { signModelFolder } from './signature.ts';

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

it('reads what a trusted key signed, and nothing else', async () => {
  const [own, other, rsa] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519'), rsaKeys()];
  const pem = (key: KeyObject, type: 'pkcs8' | 'spki') => key.export({ type, format: 'pem' }).toString();
  const read = (...keys: readonly { publicKey: KeyObject }[]) =>
    readModelFolder(folder, { trusted: keys.map(({ publicKey }) => pem(publicKey, 'spki')) });
  const refused = (reason: string) => ({ code: 'MODEL_REFUSED', message: expect.stringContaining(reason) });

  await expect(read(own)).rejects.toMatchObject(refused('manifest.sig: ENOENT'));
  await signModelFolder(folder, pem(own.privateKey, 'pkcs8'));
  expect((await read(other, own)).manifest.name).toBe('odd-lines');
  await expect(read(other)).rejects.toMatchObject(refused('no trusted key signed'));
  await expect(read(rsa)).rejects.toMatchObject(refused('rsa, not of ed25519'));
  await expect(readModelFolder(folder, { trusted: ['no key'] })).rejects.toMatchObject(
    refused('cannot be read'),
  );
  await expect(signModelFolder(folder, pem(rsa.privateKey, 'pkcs8'))).rejects.toMatchObject(
    refused('ed25519'),
  );
  await appendFile(join(folder, 'manifest.yml'), '# changed\n');
  await expect(read(own)).rejects.toMatchObject(refused('no trusted key signed'));
});
const rsaKeys = () => generateKeyPairSync('rsa', { modulusLength: 2048 });

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

it('waits for no pipe, takes no more files than there may be, and blames no model for what passes', async () => {
  const refused = (reason: string) => ({ code: 'MODEL_REFUSED', message: expect.stringContaining(reason) });
  const card = join(folder, 'card.md');
  await rm(card);
  execFileSync('mkfifo', [card]);
  await expect(readModelFolder(folder)).rejects.toMatchObject(refused('card.md: it is no file'));
  await rm(card);
  // It opens, and cannot be read now: as where a disk fails.
  await symlink('/proc/self/mem', card);
  await expect(readModelFolder(folder)).rejects.toMatchObject({ code: 'EIO' });
  const text = await readFile(join(folder, 'manifest.yml'), 'utf8');
  const more = Array.from({ length: 30 }, (_, i) => `  file${i}: ${'a'.repeat(64)}\n`);
  await writeFile(join(folder, 'manifest.yml'), `${text.trimEnd()}\n${more.join('')}`);
  await expect(readModelFolder(folder)).rejects.toThrow(/at most 32 files/);
});
