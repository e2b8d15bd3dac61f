import type { JsonObject } from '@tidewatch/event';
import type { Explained } from '@tidewatch/normalize';
import type { RawRecord } from '@tidewatch/plugin';

/** How a record that somebody tries reaches parsers. */
export interface RecordOptions {
  readonly source: string;
  readonly dataset?: string;
}

/** What the input knows of a record besides. */
interface RecordOrigin extends Pick<RecordOptions, 'dataset'> {
  readonly header?: string | undefined;
}

/** A line as inputs hand it on. */
export const recordOfLine = (line: string, index: number, { dataset, header }: RecordOrigin): RawRecord => ({
  bytes: Buffer.from(line),
  format: 'auto',
  position: { kind: 'file', fingerprint: 'parse', offset: index },
  received: Date.now(),
  hints: { ...(dataset === undefined ? {} : { dataset }), ...(header === undefined ? {} : { header }) },
});

/** What became of a record, in the words of the tests beside parsers. */
export function becomes({ outcome }: Explained): JsonObject {
  switch (outcome.status) {
    case 'dropped':
      return { dropped: outcome.reason };
    case 'dead_letter':
      return { dead_letter: outcome.reason, message: outcome.message };
    case 'redirected':
      return { event: JSON.parse(outcome.value.json) as JsonObject, stream: outcome.stream };
    default:
      return { event: JSON.parse(outcome.value.json) as JsonObject };
  }
}
