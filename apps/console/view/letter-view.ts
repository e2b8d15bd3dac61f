import type { DeadLetter, DeadLetterJob, DeadLetterTotals } from '@tidewatch/api/schemas';
import { count, plural } from './quantity.ts';

export const letterStates = ['open', 'failed', 'replayed', 'dropped', 'all'] as const;

export const stateLabels = {
  open: 'Open',
  pending: 'Pending',
  failed: 'Failed again',
  replayed: 'Replayed',
  dropped: 'Dropped',
  all: 'All',
} as const;

const advice: Readonly<Record<string, string>> = {
  invalid_json:
    'The sender says JSON and sends something else: mend the sender, or let it send lines as text. What was cut off on its way can only be dropped.',
  not_an_object: 'Each record must be one JSON object: let the sender wrap what it sends.',
  too_deep: 'It nests deeper than documents may: let the sender flatten it.',
  too_wide: 'It has more fields than documents may: let the sender leave some out.',
  event_too_large:
    'It is over 1 MiB: let the sender split or shorten it. A replay is refused for the same reason.',
  plugin_failed: 'One of your processors failed on it: mend the processor, restart Tidewatch, and replay.',
  undecodable: 'The log holds no readable event at this place: look at the bytes, then drop it.',
  unknown_class: 'Its data class is not in classes.yml (any more): add the class again, restart, and replay.',
  no_id: 'A processor took the event’s id away: mend it. The event itself can only be dropped.',
  invalid_timestamp: 'Its @timestamp is no ISO 8601 time: mend the processor that wrote it.',
  invalid_ingested: 'Its time of ingestion is out of range: check the clock of the server.',
  invalid_position: 'Its place in the log is no whole number: replay it for a new one.',
};

/** What to do about a reason, in one sentence or two. */
export const adviceFor = (reason: string): string =>
  advice[reason] ?? 'Read what the store or parser says about one of them, mend that, and replay.';

/** Open letters of one reason and stage. */
export interface ReasonGroup {
  readonly reason: string;
  readonly stage: string;
  readonly count: number;
  /** The most first. */
  readonly sources: readonly { readonly source: string; readonly count: number }[];
}

/** Totals by reason, the most first. */
export function groupByReason(totals: DeadLetterTotals['totals']): readonly ReasonGroup[] {
  const groups = new Map<string, ReasonGroup & { sources: { source: string; count: number }[] }>();
  for (const { reason, stage, source, count: open } of totals) {
    const key = `${stage} ${reason}`;
    const group = groups.get(key) ?? { reason, stage, count: 0, sources: [] };
    group.sources.push({ source, count: open });
    groups.set(key, { ...group, count: group.count + open });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

/** The bytes that `raw` stands for. */
export function bytesOf({ raw, encoding }: Pick<DeadLetter, 'raw' | 'encoding'>): Uint8Array {
  if (encoding === 'utf8') return new TextEncoder().encode(raw);
  return Uint8Array.from(atob(raw), (character) => character.charCodeAt(0));
}

/** What an input knew besides; headers are more than one thing. */
export const hintText = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);

/** Offset, hexadecimal and ASCII, sixteen bytes a line. */
export function hexLines(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(47)}  ${text}`);
  }
  return lines.join('\n');
}

const verbs = { replay: 'Replaying', drop: 'Dropping', restore: 'Restoring' } as const;

/** How far work is, while it runs. */
export function progressText({ verb, state, total, done, counts }: DeadLetterJob): string {
  if (state === 'waiting') return `${verbs[verb]} waits for the work before it`;
  if (total === undefined) return `${verbs[verb]}: looking for the letters`;
  const failed = counts.failed_again + counts.refused;
  return `${verbs[verb]} ${count(done)} of ${plural(total, 'letter')}${failed > 0 ? `, ${count(failed)} failed again` : ''}`;
}

/** What work came to. */
export function outcomeText({ verb, state, counts, total = 0 }: DeadLetterJob): string {
  if (state === 'done' && total === 0) return `Nothing to ${verb}`;
  const parts = [
    [counts.replayed, 'replayed'],
    [counts.failed_again, 'failed again'],
    [counts.refused, 'refused by governance'],
    [counts.dropped, 'dropped'],
    [counts.restored, 'restored'],
    [counts.skipped, 'dealt with before'],
  ] as const;
  const text = parts.flatMap(([number, word]) => (number > 0 ? [`${count(number)} ${word}`] : [])).join(', ');
  if (state === 'done') return text;
  return `${state === 'cancelled' ? 'Ended early' : 'It failed'}: ${text === '' ? 'nothing done' : text}`;
}
