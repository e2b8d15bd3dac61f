import type { EcsEvent, JsonObject } from '@tidewatch/event';
import { getField } from '@tidewatch/event';
import type { RawRecord, RecordFormat, RecordHints } from '@tidewatch/plugin';
import { createNormaliser, type NormaliserOptions } from './normaliser.ts';

/** When the tests' records were received. */
export const receivedAt = Date.parse('2026-11-21T09:08:05.250Z');

export const recordOf = (
  content: string | Uint8Array | JsonObject,
  format: RecordFormat = 'auto',
  hints: RecordHints = {},
): RawRecord => ({
  bytes:
    content instanceof Uint8Array
      ? content
      : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
  format,
  position: { kind: 'file', fingerprint: 'f00d', offset: 7 },
  received: receivedAt,
  hints,
});

/** The event that a record becomes; fails where it becomes none. */
export function normalised(
  content: string | Uint8Array | JsonObject,
  format: RecordFormat = 'auto',
  hints: RecordHints = {},
  options: NormaliserOptions = {},
): EcsEvent {
  const outcome = createNormaliser({ timeZone: 'UTC', ...options })(recordOf(content, format, hints), 'test');
  if (outcome.status !== 'ok') throw new Error(`not an event: ${JSON.stringify(outcome)}`);
  return JSON.parse(outcome.value.json) as EcsEvent;
}

/** The fields of an event that a table row names, in the row's own form, for comparison with it. */
export const pick = (event: EcsEvent, row: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.keys(row).map((path) => [path, getField(event, path)]));
