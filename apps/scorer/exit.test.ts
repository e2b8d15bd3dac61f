import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { writeModelFolder } from '@tidewatch/models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writtenFolder } from '../../libs/onnx/written_folder.ts';
import { slowModel } from '../../libs/onnx/written_models.ts';
import { bundled } from '../../test/bundle.ts';
import { programs } from './scorer.suite.ts';

const fixture = fileURLToPath(bundled(new URL('./exit.fixture.ts', import.meta.url)));
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-exit-'));
  for (const [name, turns] of Object.entries({ slow: 150_000, endless: 1_000_000_000 })) {
    const { manifest, files } = writtenFolder({
      model: slowModel(2, turns),
      onnx: { loops: true, scale: 'logistic' },
    });
    const { files: _, ...draft } = manifest;
    await writeModelFolder(join(directory, name), draft, Object.fromEntries(files));
  }
});
afterAll(() => rm(directory, { recursive: true }));

async function run(model: 'slow' | 'endless', how: 'exit' | 'close' | 'late') {
  const args = [
    fixture,
    ...[programs.scorer, programs.onnx].map((url) => fileURLToPath(url)),
    join(directory, model),
    how,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null, string | null]>,
  ]);
  return { said: out.trim(), err, code, signal };
}

// Whoever ends a thread that is inside the runtime ends the process: exit code 134.
describe('while a model of ONNX is inside its runtime', () => {
  it('a scoring thread that takes too long is given up, and the model named', async () => {
    const { said, err, code } = await run('slow', 'late');
    expect({ err, code }).toEqual({ err: '', code: 0 });
    expect(JSON.parse(said)).toEqual({ model: 'odd-flows 1', message: 'it took longer than 0.2 s' });
  });

  it('the scorer is closed', async () => {
    const { said, err, code } = await run('slow', 'close');
    expect({ err, code }).toEqual({ err: '', code: 0 });
    expect(said).toContain('it was closed');
  });

  it('the process exits, with the code that it is given', async () => {
    expect(await run('slow', 'exit')).toEqual({ said: '', err: '', code: 7, signal: null });
  });

  it('a process that cannot wait for a model ends at once', async () => {
    expect(await run('endless', 'exit')).toEqual({ said: '', err: '', code: null, signal: 'SIGKILL' });
  });
});
