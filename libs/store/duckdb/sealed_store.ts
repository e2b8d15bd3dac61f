import { rm } from 'node:fs/promises';
import type { KeptFile, SealedStore } from '../archive/archive.ts';
import type { Manifest } from '../archive/manifest.ts';
import type { Database, Writer } from './database.ts';
import { settle } from './durable_file.ts';
import { type Partition, sealedPath } from './partition_segments.ts';
import type { Partitions } from './partitions.ts';
import { quoteName } from './quote_name.ts';
import { insertSealed } from './sealed_files.ts';
import type { SealedFile } from './segments.ts';

/** The sealed files of the store, for its archive. The catalogue goes on listing what only the archive has. */
export function createSealedStore(database: Database, partitions: Partitions): SealedStore {
  const find = ({ dataClass, sha256 }: Pick<KeptFile, 'dataClass' | 'sha256'>) => {
    for (const partition of partitions.present().filter((candidate) => candidate.dataClass === dataClass))
      for (const file of partition.sealed) if (file.sha256 === sha256) return { partition, file };
    return undefined;
  };

  /** Brings a change of the catalogue into force, once it is durable. */
  function change(partition: Partition, file: SealedFile): void {
    const others = partition.sealed.filter((other) => other.file !== file.file);
    partition.sealed = [...others, file];
  }

  async function note(writer: Writer, { alias }: Partition, { file, state, until }: SealedFile) {
    await writer.run(`UPDATE ${quoteName(alias)}.sealed SET state = $1, until = $2 WHERE file = $3`, [
      ...[state, until, file],
    ]);
  }

  return {
    files: () =>
      partitions.present().flatMap((partition) => partition.sealed.map((file) => kept(partition, file))),

    fieldsOf: (file) => [...(find(file)?.partition.paths ?? [])].sort(),

    release: (given) =>
      database.write(async (writer) => {
        const found = find(given);
        if (found === undefined || found.file.state === 'archived') return false;
        const { partition, file } = found;
        const released: SealedFile = { ...file, state: 'archived', until: 0 };
        await note(writer, partition, released);
        change(partition, released);
        partition.damaged.delete(file.file);
        await partitions.alone(partition, () => rm(sealedPath(partition, file), { force: true }));
        return true;
      }),

    async placeFor({ dataClass, partition: name, sha256 }) {
      const partition = await database.write(() => partitions.named(dataClass, name));
      return `${sealedPath(partition, { file: restoredName(partition, sha256) })}.partial`;
    },

    adopt: (manifest, path, until) =>
      database.write(async (writer) => {
        const known = find(manifest);
        const partition =
          known?.partition ?? (await partitions.named(manifest.dataClass, manifest.partition));
        const file: SealedFile = {
          ...(known?.file ?? facts(manifest, restoredName(partition, manifest.sha256))),
        };
        // A damaged file of the store's own is made whole, and is its own again.
        const back: SealedFile =
          file.state === 'kept' && known !== undefined ? file : { ...file, state: 'restored', until };
        await settle(path, sealedPath(partition, back));
        if (known === undefined) await adoptNew(writer, partition, back, manifest.fields);
        else await note(writer, partition, back);
        change(partition, back);
        partition.damaged.delete(back.file);
      }),
  };

  async function adoptNew(writer: Writer, partition: Partition, file: SealedFile, fields: readonly string[]) {
    const fresh = fields.filter((path) => !partition.paths.has(path));
    await writer.transaction(async () => {
      await insertSealed(writer, partition.alias, file);
      if (fresh.length > 0)
        await writer.run(`INSERT INTO ${quoteName(partition.alias)}.paths SELECT unnest($1)`, [fresh]);
    });
    for (const path of fresh) partition.paths.add(path);
  }
}

const restoredName = ({ alias }: Partition, sha256: string): string =>
  `${alias}.${sha256.slice(0, 32)}.parquet`;

function kept(partition: Partition, file: SealedFile): KeptFile {
  const { dataClass, name, period, damaged } = partition;
  const { events, from, to, nested, bytes, sha256, state, until } = file;
  return {
    ...{ dataClass, partition: name, period, events, from, to, nested, bytes, sha256, state, until },
    path: sealedPath(partition, file),
    isDamaged: damaged.has(file.file),
  };
}

function facts({ events, from, to, nested, bytes, sha256 }: Manifest, file: string): SealedFile {
  return { file, events, from, to, nested, bytes, sha256, state: 'restored', until: 0 };
}
