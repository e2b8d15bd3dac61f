import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { reasonOf, startErrors } from '../errors.ts';

/** Lines that are read at a time: some milliseconds' work. */
const batchSize = 500;

/**
 * The lines of a file, in batches.
 *
 * Rejects with FILE_UNREADABLE.
 */
export async function* lineBatches(file: string): AsyncGenerator<string[]> {
  let batch: string[] = [];
  try {
    for await (const line of createInterface({
      input: createReadStream(file),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      batch.push(line);
      if (batch.length < batchSize) continue;
      yield batch;
      batch = [];
    }
  } catch (error) {
    throw startErrors.FILE_UNREADABLE({ file, reason: reasonOf(error) });
  }
  if (batch.length > 0) yield batch;
}
