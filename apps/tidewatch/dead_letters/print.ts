import type { DeadLetter, DeadLetterJob, DeadLetterTotals } from '@tidewatch/api/schemas';
import { hexDump, visibleLine, visibleText } from './visible.ts';

/** How much of bytes that are no text is shown. */
const dumped = 4_096;

export const bytesOf = ({ raw, encoding }: DeadLetter): Buffer => Buffer.from(raw, encoding);

/** One letter on one line. */
export const letterLine = (letter: DeadLetter, width: number): string =>
  visibleLine(
    [
      letter.id.padEnd(8),
      letter.at.slice(0, 19).padEnd(19),
      letter.state.padEnd(8),
      letter.stage.padEnd(9),
      letter.reason.padEnd(18),
      letter.source.padEnd(14),
      letter.encoding === 'utf8' ? letter.raw : `(${letter.bytes} bytes, not UTF-8)`,
    ].join('  '),
    width,
  );

/** How many are open, and of what. */
export const totalLine = ({ stage, reason, source, count }: DeadLetterTotals['totals'][number]): string =>
  visibleLine([String(count).padStart(9), stage.padEnd(9), reason.padEnd(18), source].join('  '), 2_000);

/** All that is known of a letter, its bytes below. */
export function letterText(letter: DeadLetter): string {
  const { outcome, hints, bytes, encoding } = letter;
  const rows: [string, string][] = [
    ['id', letter.id],
    ['state', letter.state],
    ['put aside', letter.at],
    ['received', letter.received],
    ['stage', letter.stage],
    ['reason', letter.reason],
    ['message', letter.message],
    ['source', letter.source],
    ['format', letter.format],
    ...Object.entries(hints).map(([name, value]): [string, string] => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
    ['event id', letter.event],
  ];
  if (outcome !== undefined) {
    const why = [outcome.reason, outcome.message].filter((part) => part !== undefined).join(': ');
    rows.push(['last done', `${outcome.at} by ${outcome.by}${why === '' ? '' : `, ${why}`}`]);
  }
  rows.push(['bytes', String(bytes)]);
  const facts = rows.map(([name, value]) => `${name.padEnd(10)} ${visibleLine(value, 2_000)}`);
  const content =
    encoding === 'utf8' ? visibleText(letter.raw) : hexDump(bytesOf(letter).subarray(0, dumped));
  return [...facts, '', content].join('\n');
}

const words = {
  replayed: 'replayed',
  failed_again: 'failed again',
  refused: 'refused by governance',
  dropped: 'dropped',
  restored: 'restored',
  skipped: 'dealt with before',
} as const;

/** What work came to, in a sentence. */
export function jobText({ state, counts, total = 0, detail }: DeadLetterJob): string {
  const parts = (Object.keys(words) as (keyof typeof words)[]).flatMap((name) =>
    counts[name] > 0 ? [`${counts[name]} ${words[name]}`] : [],
  );
  const outcome =
    total === 0 && state === 'done' ? 'Nothing to do.' : `${parts.join(', ') || 'nothing done'}.`;
  const failed = state === 'failed' || counts.failed_again + counts.refused > 0;
  const ended = state === 'done' ? '' : `The work was ${state}: `;
  return visibleLine(
    `${ended}${outcome}${failed && detail !== undefined ? ` The last reason: ${detail}` : ''}`,
    2_000,
  );
}

/** Whether every letter came to what was asked for. */
export const wentWell = ({ state, counts }: DeadLetterJob): boolean =>
  state === 'done' && counts.failed_again + counts.refused === 0;
