import type { Json } from '@tidewatch/event';

/** nxlog's own event types, which it writes over the event's field of the same name. */
const entryTypes = new Set([
  'AUDIT_SUCCESS',
  'AUDIT_FAILURE',
  'CRITICAL',
  'ERROR',
  'WARNING',
  'INFO',
  'VERBOSE',
  'DEBUG',
]);

export const isEntryType = (type: Json): boolean => typeof type === 'string' && entryTypes.has(type);

/** The EventType that Sysmon wrote into its message; null where there is none. */
export const eventTypeIn = (message: string): string | null =>
  /^EventType: *(\w{1,64})\s*$/m.exec(message)?.[1] ?? null;

const levelNames = ['LogAlways', 'Critical', 'Error', 'Warning', 'Information', 'Verbose'] as const;
const levelWords: Readonly<Record<string, number>> = {
  info: 4,
  informational: 4,
  debug: 5,
  audit_success: 0,
  audit_failure: 0,
};

/**
 * Both ways of writing a level of the Windows event log, since collectors differ: the number and its name. Empty
 * where it is neither.
 */
export function levelForms(level: Json): readonly [] | readonly [number: string, name: string] {
  const text = String(level).toLowerCase();
  const number = /^[0-5]$/.test(text)
    ? Number(text)
    : (levelWords[text] ?? levelNames.findIndex((name) => name.toLowerCase() === text));
  const name = levelNames[number];
  return name === undefined ? [] : [String(number), name];
}

const keywordNames: ReadonlyMap<string, string> = new Map([
  ['audit failure', '0x8010000000000000'],
  ['audit success', '0x8020000000000000'],
]);

/**
 * The keyword mask in hexadecimal, as the event log writes it, from winlogbeat's names or nxlog's signed number; null
 * where it is neither.
 */
export function keywordMask(keywords: Json): string | null {
  if (typeof keywords === 'number') {
    return Number.isInteger(keywords) ? `0x${BigInt.asUintN(64, BigInt(keywords)).toString(16)}` : null;
  }
  return typeof keywords === 'string' ? (keywordNames.get(keywords.toLowerCase()) ?? null) : null;
}
