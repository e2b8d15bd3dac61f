import { stripVTControlCharacters } from 'node:util';
import type { DestinationStream } from 'pino';

/** What of an entry has its own place in the line. */
const placed = new Set(['level', 'time', 'msg']);

/**
 * Lines for a person at a terminal instead of JSON: `10:04:07 warn  A rule was rejected  file=a.yml reason=…`.
 * Control characters are taken out, so that text from logs can't move the cursor or forge a line.
 */
export const terminalDestination = (write: (line: string) => unknown): DestinationStream => ({
  write(json) {
    const entry = JSON.parse(json) as Record<string, unknown> & { level: string; time: string; msg: string };
    const rest = Object.entries(entry).flatMap(([key, value]) =>
      placed.has(key) ? [] : [`${key}=${textOf(value)}`],
    );
    const clock = new Date(entry.time).toTimeString().slice(0, 8);
    write(`${clean([`${clock} ${entry.level.padEnd(5)} ${entry.msg}`, ...rest].join('  '))}\n`);
  },
});

const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const { message } = (value ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : JSON.stringify(value);
};

const clean = (line: string): string => stripVTControlCharacters(line).replace(/\p{Cc}+/gu, ' ');
