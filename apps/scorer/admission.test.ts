import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readModelFolder, writeModelFolder } from '@tidewatch/models';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bundled } from '../../test/bundle.ts';
import { root } from '../../test/require.ts';
import { admitModel } from './admission.ts';

const program = bundled(new URL('./admission_process.ts', import.meta.url));
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-admission-'));
  await cp(join(root, 'models/evasion/1'), folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

it('tries a model of lines in a process, which may end without harm to this one', async () => {
  const { manifest, files, digest } = await readModelFolder(folder);
  const golden = (await readFile(join(folder, 'golden.ndjson'), 'utf8')).trimEnd().split('\n').length;
  expect(await admitModel(folder, { program, trusted: [] })).toMatchObject({ digest, golden });
  const dying = join(folder, 'dying.mjs');
  await writeFile(dying, 'process.exit(3);\n');
  await expect(admitModel(folder, { program: pathToFileURL(dying), trusted: [] })).rejects.toMatchObject({
    code: 'ONNX_ENDED',
    message: expect.stringContaining('exit code 3'),
  });
  const { files: _, ...draft } = manifest;
  await writeModelFolder(folder, draft, { ...Object.fromEntries(files), 'weights.json': '{' });
  await expect(admitModel(folder, { program, trusted: [] })).rejects.toMatchObject({
    code: 'EVASION_MODEL_INVALID',
    message: expect.stringContaining('Version 1 of evasion is not usable: JSON that cannot be read'),
  });
});
