import { type EcsEvent, isObject } from '@tidewatch/event';

/**
 * Whether a record's value is an event that says what and when it is. Another is passed by: it must not stop those
 * behind it, and the indexer puts it among the dead letters.
 */
export const isReadable = (value: unknown): value is EcsEvent =>
  isObject(value) &&
  isObject(value.event) &&
  typeof value.event.id === 'string' &&
  typeof value.event.ingested === 'string' &&
  Number.isFinite(Date.parse(value.event.ingested)) &&
  isObject(value.tidewatch);
