import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Detector, type ScoreName } from '@tidewatch/forest';
import { reasonOf, startErrors } from '../errors.ts';
import { seriesRows } from '../forecast/series_rows.ts';

export interface ScoreRequest {
  readonly input: string;
  readonly output: string;
  /** Values in a row that are looked at together. */
  readonly shingle: number;
  readonly seed: number;
  /** What the forest's scores are made of. Default `depth`. */
  readonly score?: ScoreName;
}

/** The columns of what is written. */
export const scoreColumns = 'timestamp,value,anomaly_score,grade,expected';

interface Seen {
  values: number;
  anomalies: number;
}

/**
 * Writes a series with how odd each value was when it came, from what came before it alone. The file is there when all of
 * it is. What was not measured has no score.
 *
 * @returns how many values there were, and how many worth a look
 *
 * Rejects as `seriesRows` does, and with `FILE_NOT_WRITABLE`.
 */
export async function scoreSeries({ input, output, ...options }: ScoreRequest): Promise<Readonly<Seen>> {
  const part = `${output}.part`;
  const seen = { values: 0, anomalies: 0 };
  const file = await open(part, 'w').catch(refuse(output));
  try {
    await pipeline(Readable.from(rowsOf(input, new Detector(options), seen)), file.createWriteStream()).catch(
      refuse(output),
    );
    await rename(part, output).catch(refuse(output));
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  return seen;
}

async function* rowsOf(input: string, detector: Detector, seen: Seen): AsyncGenerator<string> {
  yield `${scoreColumns}\n`;
  for await (const { stamp, value } of seriesRows(input)) {
    seen.values++;
    const {
      score,
      grade,
      expected: [expected = Number.NaN],
    } = detector.observe([value]);
    if (Number.isNaN(value)) {
      yield `${stamp},,,,\n`;
      continue;
    }
    if (grade > 0) seen.anomalies++;
    yield `${stamp},${value},${score.toFixed(6)},${grade.toFixed(6)},${Number.isNaN(expected) ? '' : Number(expected.toPrecision(9))}\n`;
  }
}

/** Throws what the system says of a file as our own error, and all else as it is. */
const refuse =
  (file: string) =>
  (error: unknown): never => {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    const reason = code === 'ENOENT' ? 'there is no such folder' : reasonOf(error);
    throw startErrors.FILE_NOT_WRITABLE({ file, reason });
  };
