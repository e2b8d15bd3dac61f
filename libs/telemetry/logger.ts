import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';

export type Logger = PinoLogger;
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What must never reach a log, wherever it stands in the object logged. */
const secrets = ['token', 'password', 'authorization', 'cookie', 'apiKey', 'secret'].flatMap((key) => [
  key,
  `*.${key}`,
]);

/**
 * Structured logs, one JSON object a line, UTC. Values are escaped by JSON, so log text can't forge a line.
 *
 * @param destination where lines go; standard error by default, so that commands keep standard output for results
 */
export const createLogger = (
  options: { readonly level?: LogLevel; readonly destination?: DestinationStream } = {},
): Logger =>
  pino(
    {
      level: options.level ?? 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secrets, censor: '[redacted]' },
    },
    options.destination ?? pino.destination({ fd: 2, sync: false }),
  );
