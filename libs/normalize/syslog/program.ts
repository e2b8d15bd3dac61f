import type { JsonObject } from '@tidewatch/event';

/** The event under construction from one syslog line, as programs' parsers get it. */
export interface SyslogFields extends JsonObject {
  message: string;
  /** Gets category, type, action, outcome. */
  event: JsonObject;
}

/**
 * Understands one program's messages: adds to `fields` what the message says and returns the data set. A message it
 * doesn't know leaves `fields` as they are; the line keeps the program's data set.
 */
export type ProgramParser = (message: string, fields: SyslogFields) => string;

/** What a frequent message says, as JSON. */
export interface WrittenMessage {
  /** Members of `event`. */
  readonly event: string;
  /** Members beside it. */
  readonly members: string;
  /** The user's name, and the other end's address or name, as JSON. */
  readonly user?: string | undefined;
  readonly ip?: string | undefined;
  readonly domain?: string | undefined;
}

/** `event.category`, `event.type`, `event.action` and, where the message tells it, `event.outcome`. */
export function setEvent(
  fields: SyslogFields,
  category: string,
  type: string | string[],
  action: string,
  outcome?: 'success' | 'failure',
): void {
  const { event } = fields;
  event.category = [category];
  event.type = typeof type === 'string' ? [type] : type;
  event.action = action;
  if (outcome !== undefined) event.outcome = outcome;
}
