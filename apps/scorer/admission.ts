import { evasionErrors } from '@tidewatch/evasion';
import { type Manifest, type ReadModelFolder, readModelFolder } from '@tidewatch/models';
import { admit, askTrial, type OnnxFolder } from '@tidewatch/onnx';

export interface AdmissionConfig {
  /** `admission_process.ts`, or its bundle. */
  readonly program: URL;
  /** Public keys, PEM, of which one must have signed; with none nothing need be signed. */
  readonly trusted: readonly string[];
  /** What was tried before is read, but not tried again. */
  readonly before?: {
    golden(digest: string): Promise<number | undefined>;
    remember(digest: string, golden: number): Promise<void>;
  };
}

/** A version that may run. */
export interface AdmittedModel {
  readonly manifest: Manifest;
  /** SHA-256 of the manifest that was looked at: nothing else was admitted. */
  readonly digest: string;
  readonly card: string;
  /** Golden events or lines that got their scores. */
  readonly golden: number;
}

/** What a trial says of a model of any kind. */
export interface Tried {
  readonly golden: { readonly events: number };
}

/**
 * Looks at a model before it runs: signature, hashes, manifest, and the scores of its golden events or lines in a process of its own,
 * with limits of memory and time.
 *
 * Rejects with a typed error that names the file and what is wrong.
 */
export async function admitModel(
  folder: string,
  { program, trusted, before }: AdmissionConfig,
): Promise<AdmittedModel> {
  const read = await readModelFolder(folder, { trusted });
  const { manifest, files, digest } = read;
  const card = files.get('card.md')?.toString('utf8') ?? '';
  const known = await before?.golden(digest);
  const golden = known ?? (await tried(read, program)).golden.events;
  if (known === undefined) await before?.remember(digest, golden);
  return { manifest, digest, card, golden };
}

async function tried(read: ReadModelFolder, program: URL): Promise<Tried> {
  if (read.manifest.kind === 'onnx') return admit(read as OnnxFolder & ReadModelFolder, { program });
  const answer = await askTrial<Tried>(program, read);
  if ('failure' in answer) throw evasionErrors.EVASION_MODEL_INVALID(answer.failure.details);
  return answer.tried;
}
