import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { Detector } from '@tidewatch/forest';
import { seriesRows } from '../forecast/series_rows.ts';

export interface ScoreRequest {
  readonly input: string;
  readonly output: string;
  /** Values in a row that are looked at together. */
  readonly shingle: number;
  readonly seed: number;
}

/** The columns of what is written. */
export const scoreColumns = 'timestamp,value,anomaly_score,grade,expected';

/**
 * Writes a series with how odd each value was when it came, from what came before it alone. The file is there when all of
 * it is. What was not measured has no score.
 *
 * @returns how many values there were, and how many worth a look
 *
 * Rejects as `seriesRows` does, and with the system's error where the file can't be written.
 */
export async function scoreSeries({
  input,
  output,
  shingle,
  seed,
}: ScoreRequest): Promise<{ readonly values: number; readonly anomalies: number }> {
  const detector = new Detector({ shingle, seed });
  const part = `${output}.part`;
  const file = createWriteStream(part);
  const ended = finished(file);
  const seen = { values: 0, anomalies: 0 };
  file.write(`${scoreColumns}\n`);
  try {
    for await (const { stamp, value } of seriesRows(input)) {
      seen.values++;
      const {
        score,
        grade,
        expected: [expected = Number.NaN],
      } = detector.observe([value]);
      if (Number.isNaN(value)) {
        file.write(`${stamp},,,,\n`);
        continue;
      }
      if (grade > 0) seen.anomalies++;
      const row = `${stamp},${value},${score.toFixed(6)},${grade.toFixed(6)},${Number.isNaN(expected) ? '' : Number(expected.toPrecision(9))}\n`;
      if (!file.write(row))
        await Promise.race([ended, new Promise<void>((resolve) => file.once('drain', () => resolve()))]);
    }
  } finally {
    file.end();
    await ended;
  }
  await rename(part, output);
  return seen;
}
