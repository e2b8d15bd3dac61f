/** What a severity is called, and its number. */
export interface Severity {
  /** `log.level`. */
  readonly level?: string | undefined;
  /** `event.severity`: the number that the source gives it. */
  readonly severity?: number | undefined;
}

export type SeverityScheme = (value: string) => Severity | undefined;

const syslogLevels = [
  'emergency',
  'alert',
  'critical',
  'error',
  'warning',
  'notice',
  'informational',
  'debug',
];

/** Other words for the same, as programs write them. */
const syslogWords: Readonly<Record<string, number>> = {
  ...{
    emerg: 0,
    panic: 0,
    emergency: 0,
    alert: 1,
    crit: 2,
    critical: 2,
    fatal: 2,
    err: 3,
    error: 3,
    severe: 3,
  },
  ...{ warn: 4, warning: 4, notice: 5, info: 6, information: 6, informational: 6, debug: 7, trace: 7 },
};

function named(
  numbers: Readonly<Record<string, number>>,
  levelOf = (word: string): string => word,
): SeverityScheme {
  return (value) => {
    const word = value.trim().toLowerCase();
    return Object.hasOwn(numbers, word) ? { level: levelOf(word), severity: numbers[word] } : undefined;
  };
}

/** A number from `least` on has the level of the last bound that it reaches. */
function bounded(
  least: number,
  most: number,
  bounds: readonly (readonly [from: number, level: string])[],
): SeverityScheme {
  return (value) => {
    const number = value.trim() === '' ? Number.NaN : Number(value);
    if (!(number >= least && number <= most)) return undefined;
    return { level: bounds.findLast(([from]) => number >= from)?.[1], severity: number };
  };
}

const firstOf =
  (...schemes: readonly SeverityScheme[]): SeverityScheme =>
  (value) => {
    for (const scheme of schemes) {
      const found = scheme(value);
      if (found !== undefined) return found;
    }
    return undefined;
  };

const words = ['low', 'medium', 'high', 'critical'];

/** Schemes that sources share, by name. */
export const severitySchemes = {
  /** RFC 5424, table 2: 0 emergency to 7 debug, or its words. */
  syslog: firstOf(
    (value) =>
      /^\s*[0-7]\s*$/.test(value)
        ? { level: syslogLevels[Number(value)], severity: Number(value) }
        : undefined,
    named(syslogWords, (word) => syslogLevels[syslogWords[word] as number] as string),
  ),
  /** CEF: 0 to 10, or Low, Medium, High, Very-High. */
  cef: firstOf(
    bounded(0, 10, [
      [0, 'low'],
      [4, 'medium'],
      [7, 'high'],
      [9, 'very-high'],
    ]),
    named({ low: 0, medium: 4, high: 7, 'very-high': 9 }),
  ),
  /** Windows' event levels: 1 critical to 5 verbose, 0 where the log has no level (winmeta.xml). */
  windows: firstOf(
    (value) => {
      const number = /^\s*[0-5]\s*$/.test(value) ? Number(value) : -1;
      const level = ['information', 'critical', 'error', 'warning', 'information', 'verbose'][number];
      return level === undefined ? undefined : { level, severity: number };
    },
    named({ critical: 1, error: 2, warning: 3, information: 4, verbose: 5 }),
  ),
  /** Log4j's standard levels and their numbers. */
  log4j: named({ fatal: 100, error: 200, warn: 300, info: 400, debug: 500, trace: 600 }),
  /** The module logging of Python: 10 debug to 50 critical. */
  python: firstOf(
    named({ critical: 50, fatal: 50, error: 40, warning: 30, warn: 30, info: 20, debug: 10 }, (word) =>
      word === 'fatal' ? 'critical' : word === 'warn' ? 'warning' : word,
    ),
    bounded(1, 100, [
      [1, 'debug'],
      [20, 'info'],
      [30, 'warning'],
      [40, 'error'],
      [50, 'critical'],
    ]),
  ),
  /** Suricata and Snort: priority 1 is the highest. */
  suricata: (value) => {
    const number = /^\s*(?:[1-9]|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])\s*$/.test(value) ? Number(value) : 0;
    return number === 0 ? undefined : { level: ['high', 'medium'][number - 1] ?? 'low', severity: number };
  },
  /** Common Vulnerability Scoring System 3.1, section 5: 0.0 to 10.0. */
  cvss: bounded(0, 10, [
    [0, 'none'],
    [0.1, 'low'],
    [4, 'medium'],
    [7, 'high'],
    [9, 'critical'],
  ]),
  /** Low, medium, high, critical as words, numbered 1 to 4. */
  words: named(Object.fromEntries(words.map((word, i) => [word, i + 1]))),
} as const satisfies Readonly<Record<string, SeverityScheme>>;
