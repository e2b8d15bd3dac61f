import { type LineTypeName, type Trained, trainEvasion, writeEvasionModel } from '@tidewatch/evasion';
import { reasonOf, startErrors } from '../errors.ts';
import { loadReadable } from '../sigma/rules.ts';
import { lineBatches } from './lines.ts';
import { readVerdicts } from './verdicts.ts';

export interface TrainRequest {
  readonly rules: readonly string[];
  readonly benign: string;
  /** A file of verdicts, as `evasion export` writes it. */
  readonly verdicts?: string;
  readonly output: string;
  readonly type: LineTypeName;
  readonly name: string;
  readonly modelVersion: string;
  readonly author: string;
  readonly falsePositives: number;
  readonly seed: number;
}

/**
 * Trains a model and writes its folder.
 *
 * Rejects with RULES_UNREADABLE, FILE_UNREADABLE, FILE_NOT_WRITABLE, and as `trainEvasion` does.
 */
export async function trainFromFiles(
  {
    rules: paths,
    benign: file,
    verdicts: judged,
    output,
    type,
    name,
    modelVersion,
    author,
    falsePositives,
    seed,
  }: TrainRequest,
  say: (text: string) => void,
): Promise<Trained['counts']> {
  const began = performance.now();
  const progress = (text: string) => say(`${((performance.now() - began) / 1_000).toFixed(1)} s: ${text}`);
  const { rules } = await loadReadable(paths);
  progress(`${rules.length} rules`);
  const benign: string[] = [];
  for await (const batch of lineBatches(file)) benign.push(...batch);
  const verdicts = judged === undefined ? [] : await readVerdicts(judged);
  if (judged !== undefined) progress(`${verdicts.length} verdicts`);
  const trained = await trainEvasion(rules, {
    type,
    benign,
    verdicts,
    seed,
    falsePositives,
    onProgress: progress,
  });
  const said = { name, version: modelVersion, author, license: 'LicenseRef-site', falsePositives };
  await writeEvasionModel(output, trained, { ...said, benign: 'of the site' }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw startErrors.FILE_NOT_WRITABLE({ file: output, reason: reasonOf(error) });
  });
  return trained.counts;
}
