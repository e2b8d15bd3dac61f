import { createHash } from 'node:crypto';
import { readEvasionModel } from '@tidewatch/evasion';
import { type Manifest, readModelFolder } from '@tidewatch/models';
import { admit } from '@tidewatch/onnx';

export interface AdmissionConfig {
  /** `admission_process.ts` of libs/onnx, or its bundle. */
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
  readonly card: string;
  /** Golden events or lines that got their scores. */
  readonly golden: number;
}

/**
 * Looks at a model before it runs: signature, hashes, manifest, and the scores of its golden events; one of ONNX in a process of its
 * own, with limits of memory and time.
 *
 * Rejects with a typed error that names the file and what is wrong.
 */
export async function admitModel(
  folder: string,
  { program, trusted, before }: AdmissionConfig,
): Promise<AdmittedModel> {
  const read = await readModelFolder(folder, { trusted });
  const { manifest, files } = read;
  const card = files.get('card.md')?.toString('utf8') ?? '';
  if (manifest.kind === 'onnx') {
    // The manifest has the hashes of all files.
    const digest = createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
    const known = await before?.golden(digest);
    if (known !== undefined) return { manifest, card, golden: known };
    const { golden } = await admit({ manifest, files }, { program });
    await before?.remember(digest, golden.events);
    return { manifest, card, golden: golden.events };
  }
  await readEvasionModel(folder);
  const lines = files.get('golden.ndjson')?.toString('utf8').split('\n').filter(Boolean) ?? [];
  return { manifest, card, golden: lines.length };
}
