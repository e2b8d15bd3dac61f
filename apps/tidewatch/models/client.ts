import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelBacktested, ModelChanged, ModelDetail, ModelRow } from '@tidewatch/api';
import { readModelFolder } from '@tidewatch/models';
import { type Ask, askServer } from '../server/ask.ts';

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
    /** Rejects with MODEL_REFUSED, too. */
    async add(folder: string): Promise<ModelRow> {
      const { manifest } = await readModelFolder(folder);
      const path = of(manifest.name, manifest.version);
      for (const file of [...Object.keys(manifest.files), 'manifest.sig', 'manifest.yml'])
        await send(ask, `${path}/files/${file}`, join(folder, file));
      return ask<ModelRow>('POST', path);
    },
    backtest: (name: string, version: string, from: string) =>
      ask<ModelBacktested>('POST', `${of(name, version)}/backtest`, { from, to: 'now' }),
    promote: (name: string, version: string, how: { to: string; why: string; force: boolean }) =>
      ask<ModelChanged>('POST', `${of(name, version)}/promote`, how),
    retire: (name: string, version: string, why: string) =>
      ask<ModelRow>('POST', `${of(name, version)}/retire`, { why }),
    rollback: (name: string, why: string) =>
      ask<ModelRow>('POST', `/models/${encodeURIComponent(name)}/rollback`, { why }),
  };
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
