import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelBacktested, ModelChanged, ModelDetail, ModelRow } from '@tidewatch/api';
import { type Manifest, readModelFolder, signatureFile, writeModelFolder } from '@tidewatch/models';
import { type Ask, askServer } from '../server/ask.ts';
import { dataFileOf, wholeModel } from './whole_model.ts';

/** Bytes of a file that are sent at a time. */
const partSize = 1 << 20;

/** What the running server does with models. Rejects with NOT_RUNNING or SERVER_REFUSED. */
export async function modelsOf(data: string) {
  const ask = await askServer(data);
  const of = (name: string, version: string) =>
    `/models/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`;
  return {
    list: async () => (await ask<{ models: ModelRow[] }>('GET', '/models')).models,
    show: (name: string) => ask<ModelDetail>('GET', `/models/${encodeURIComponent(name)}`),
    /** What lies beside an unsigned model goes with it, as one file. Rejects with MODEL_REFUSED, ONNX_EXTERNAL_DATA or ONNX_DAMAGED, too. */
    async add(folder: string): Promise<ModelRow> {
      const made = await mkdtemp(join(tmpdir(), 'tidewatch-model-'));
      try {
        const { from, manifest } = await asOneFile(folder, made);
        const path = of(manifest.name, manifest.version);
        for (const file of [...Object.keys(manifest.files), signatureFile, 'manifest.yml'])
          await send(ask, `${path}/files/${file}`, join(from, file));
        return await ask<ModelRow>('POST', path);
      } finally {
        await rm(made, { recursive: true });
      }
    },
    backtest: (name: string, version: string, what: { from: string; to: string; events: number }) =>
      ask<ModelBacktested>('POST', `${of(name, version)}/backtest`, what),
    promote: (
      name: string,
      version: string,
      how: { to: string; why: string; force: boolean; events: number },
    ) => ask<ModelChanged>('POST', `${of(name, version)}/promote`, how),
    retire: (name: string, version: string, why: string) =>
      ask<ModelRow>('POST', `${of(name, version)}/retire`, { why }),
    rollback: (name: string, why: string) =>
      ask<ModelRow>('POST', `/models/${encodeURIComponent(name)}/rollback`, { why }),
  };
}

/** A folder with the same model as one file: itself, or the one that was made. What is signed stays as it was signed. */
export async function asOneFile(
  folder: string,
  made: string,
): Promise<{ readonly from: string; readonly manifest: Manifest }> {
  const { manifest, files } = await readModelFolder(folder);
  if (manifest.kind !== 'onnx' || (await readdir(folder)).includes(signatureFile))
    return { from: folder, manifest };
  const { file } = manifest.onnx;
  const model = files.get(file) ?? Buffer.alloc(0);
  const whole = await wholeModel(folder, file, model);
  if (whole === model) return { from: folder, manifest };
  const { files: _, ...draft } = manifest;
  const kept = [...files].filter(([name]) => name !== dataFileOf(file));
  await writeModelFolder(made, draft, { ...Object.fromEntries(kept), [file]: whole });
  return { from: made, manifest: (await readModelFolder(made)).manifest };
}

/** A file that is not there is not sent: a model may be unsigned. */
async function send(ask: Ask, path: string, file: string): Promise<void> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (handle === undefined) return;
  try {
    const part = Buffer.alloc(partSize);
    for (let offset = 0; ; ) {
      const { bytesRead } = await handle.read(part, 0, partSize, offset);
      if (bytesRead === 0) break;
      await ask('PUT', path, { offset, content: part.toString('base64', 0, bytesRead) });
      offset += bytesRead;
    }
  } finally {
    await handle.close();
  }
}
