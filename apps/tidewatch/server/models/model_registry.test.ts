import { cp, mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inputs } from '@tidewatch/inputs';
import { findModels } from '@tidewatch/scorer';
import { openFolderDocuments } from '@tidewatch/stream/documents';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bundled } from '../../../../test/bundle.ts';
import { root } from '../../../../test/require.ts';
import { configSchema } from '../../config/schema.ts';
import { documentFolders } from '../documents.ts';
import type { Runtime } from '../runtime.ts';
import { admissionsFile, createModelRegistry, type ModelRegistry } from './model_registry.ts';

const program = bundled(new URL('../../../scorer/admission_process.ts', import.meta.url));
let directory: string;
let models: string;
let now = 0;
let registry: ModelRegistry;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-registry-'));
  models = join(directory, 'models');
  await cp(join(root, 'models/evasion'), join(models, 'evasion'), { recursive: true });
  const config = { ...configSchema(inputs).parse({ models: { paths: [models] } }), data: directory };
  const documents = await openFolderDocuments({ directory, folders: Object.values(documentFolders) });
  registry = createModelRegistry(
    { config, options: { root: directory }, adapters: { documents } } as unknown as Runtime,
    program,
    () => now,
  );
});
afterEach(() => rm(directory, { recursive: true }));

const evasion = async () => {
  const [found] = await findModels([models], models);
  if (found === undefined) throw new Error('there is no model');
  return found;
};

it('looks again after a minute where it was not the model’s fault', async () => {
  const version = await evasion();
  // What was tried before cannot be read: as where a machine is out of files.
  await mkdir(admissionsFile(directory));
  await expect(registry.admitted(version)).rejects.toThrow('EISDIR');
  expect(await registry.atWork()).toMatchObject({ models: [], again: now + 60_000 });
  await rm(admissionsFile(directory), { recursive: true });
  now += 59_999;
  await expect(registry.admitted(version)).rejects.toThrow('EISDIR');
  now += 1;
  // What has to go on waits for no second look.
  const meanwhile = await registry.atWork();
  expect([meanwhile.models, meanwhile.refused.get('evasion 1')]).toEqual([
    [],
    expect.stringContaining('EISDIR'),
  ]);
  expect(await registry.admitted(version)).toMatchObject({ digest: version.digest, golden: 21 });
  expect(await registry.atWork()).toMatchObject({ models: [{ digest: version.digest }], again: null });
});

it('notices a file that was replaced by one of the same size and time', async () => {
  const version = await evasion();
  await registry.admitted(version);
  const card = join(version.folder, 'card.md');
  const { size, atime, mtime } = await stat(card);
  await writeFile(card, 'x'.repeat(size));
  await utimes(card, atime, mtime);
  await expect(registry.admitted(version)).rejects.toMatchObject({ code: 'MODEL_REFUSED' });
});

it('refuses a model whose decisions cannot be read, says where, and lets the others run', async () => {
  await cp(join(models, 'evasion'), join(models, 'other'), { recursive: true });
  const document = join(directory, documentFolders.models, 'other.yml');
  await writeFile(document, 'stages: { "1": alive }\nhistory: []\n');
  const { models: running, refused, again } = await registry.atWork();
  expect([running.map(({ name }) => name), again]).toEqual([['evasion'], null]);
  expect([...refused]).toEqual([
    ['other 1', expect.stringMatching(/column 11: stages\.1.*models\.decided\/other\.yml/)],
  ]);
  const { unreadable, versions } = (await registry.all()).find(({ name }) => name === 'other') ?? {};
  expect([unreadable, versions?.map(({ stage }) => stage)]).toEqual([
    expect.objectContaining({ code: 'MODEL_STAGES' }),
    ['candidate'],
  ]);
  await rm(document);
  expect((await registry.atWork()).models).toHaveLength(2);
});
