import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Evasion, readEvasionModel, type Verdict } from '@tidewatch/evasion';
import { isTidewatchError } from '@tidewatch/event';
import { reasonOf, startErrors } from '../errors.ts';
import { lineBatches } from './lines.ts';

export interface ScoreRequest {
  /** The model's folder. */
  readonly model: string;
  readonly input: string;
  readonly output: string;
}

/**
 * Writes what each line of a file is. The file is there when all of it is. Rules and tokens are told of evasions.
 *
 * Rejects as `readEvasionModel` does, with FILE_UNREADABLE or FILE_NOT_WRITABLE.
 */
export async function scoreFile({ model, input, output }: ScoreRequest): Promise<Record<Verdict, number>> {
  const evasion = await readEvasionModel(model);
  const counts = { benign: 0, novel: 0, evasion: 0 };
  const part = `${output}.part`;
  try {
    await pipeline(Readable.from(rowsOf(evasion, input, counts)), createWriteStream(part));
    await rename(part, output);
  } catch (error) {
    await rm(part, { force: true });
    if (isTidewatchError(error)) throw error;
    throw startErrors.FILE_NOT_WRITABLE({ file: output, reason: reasonOf(error) });
  }
  return counts;
}

async function* rowsOf(
  evasion: Evasion,
  input: string,
  counts: Record<Verdict, number>,
): AsyncGenerator<string> {
  let line = 0;
  for await (const lines of lineBatches(input)) {
    const scored = evasion.score(lines);
    let rows = '';
    for (const [i, { score, verdict }] of scored.entries()) {
      counts[verdict]++;
      const why = verdict === 'evasion' ? evasion.attribute(lines[i] as string) : { rules: [], tokens: [] };
      rows += `${JSON.stringify({ line: ++line, score: Number(score.toFixed(6)), verdict, ...why })}\n`;
    }
    yield rows;
  }
}
