import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { formatIssues, validateYaml } from '@tidewatch/plugin';
import { stringify } from 'yaml';
import { modelErrors } from './errors.ts';
import { type Manifest, type ManifestDraft, manifestSchema } from './manifest.ts';
import { checkSignature, signatureFile } from './signature.ts';

export interface ModelFolder {
  readonly manifest: Manifest;
  /** The files that the manifest names, by their names; their hashes are right. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** As it was read. */
export interface ReadModelFolder extends ModelFolder {
  /** SHA-256 of the manifest's bytes, and so of all: it has the hashes of the other files. */
  readonly digest: string;
}

/** What every model has beside its weights: what it is and what it is not for, and lines with the scores they must get. */
export const requiredFiles = ['card.md', 'golden.ndjson'] as const;
/** Bytes of the largest file that is read, and of all files of a folder. */
export const fileLimit = 64 * 2 ** 20;
const folderLimit = 2 * fileLimit;

const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Writes a model's folder; what stands there under the same names is replaced, the manifest last, so that a folder that was left half
 * written is refused by its hashes.
 */
export async function writeModelFolder(
  folder: string,
  manifest: ManifestDraft,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<void> {
  const hashes = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, sha256(bytes)]));
  const whole = manifestSchema.parse({ ...manifest, files: hashes });
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of Object.entries({ ...files, 'manifest.yml': stringify(whole) })) {
    const part = join(folder, `${name}.part`);
    try {
      await writeFile(part, bytes);
      await rename(part, join(folder, name));
    } finally {
      await rm(part, { force: true });
    }
  }
}

export interface ReadOptions {
  /** Public keys, PEM, of which one must have signed the folder; with none nothing need be signed. */
  readonly trusted?: readonly string[];
}

/**
 * Reads a model's folder, and holds it to its signature and every file to its hash.
 *
 * Rejects with MODEL_REFUSED, which names the folder, the file and what is wrong with it.
 */
export async function readModelFolder(
  folder: string,
  { trusted = [] }: ReadOptions = {},
): Promise<ReadModelFolder> {
  const refuse = (file: string, reason: string) => modelErrors.MODEL_REFUSED({ folder, file, reason });
  const written = await readBounded(folder, 'manifest.yml', refuse);
  if (trusted.length > 0) {
    const signature = await readBounded(folder, signatureFile, refuse);
    checkSignature(written, signature.toString('latin1'), trusted, (reason) => refuse(signatureFile, reason));
  }
  const read = validateYaml(written.toString('utf8'), manifestSchema);
  if (!read.ok) throw refuse('manifest.yml', formatIssues(read.issues).trim());
  const manifest = read.value;
  for (const name of requiredFiles)
    if (manifest.files[name] === undefined) throw refuse('manifest.yml', `files has no ${name}`);
  const files = new Map<string, Buffer>();
  let total = 0;
  for (const [name, hash] of Object.entries(manifest.files)) {
    const bytes = await readBounded(folder, name, refuse);
    if ((await sha256InTurns(bytes)) !== hash)
      throw refuse(name, 'it is not the file whose hash the manifest has');
    files.set(name, bytes);
    total += bytes.length;
    if (total > folderLimit) throw refuse(name, `with it the files have more than ${folderLimit} bytes`);
  }
  return { manifest, files, digest: sha256(written) };
}

/** Of a large file piece by piece, so that others have their turn. */
async function sha256InTurns(bytes: Buffer): Promise<string> {
  const hash = createHash('sha256');
  for (let from = 0; from < bytes.length; from += pieceBytes) {
    if (from > 0) await setImmediate();
    hash.update(bytes.subarray(from, from + pieceBytes));
  }
  return hash.digest('hex');
}

const pieceBytes = 2 * 2 ** 20;

/** What says something of the folder; what else fails, such as a process out of files, may pass. */
const ofFolder: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO']);

/** A file of a folder, up to {@link fileLimit}. Rejects with the system's error where another time it may be read. */
export async function readBounded(
  folder: string,
  name: string,
  refuse: (file: string, reason: string) => Error,
): Promise<Buffer> {
  // A pipe would be waited for.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const file = await open(join(folder, name), flags).catch((error: NodeJS.ErrnoException) => {
    throw ofFolder.has(error.code) ? refuse(name, error.message) : error;
  });
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw refuse(name, 'it is no file');
    if (stat.size > fileLimit) throw refuse(name, `it has more than ${fileLimit} bytes`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}
