import { isObject } from './field.ts';

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/**
 * An event in the Elastic Common Schema, as nested objects (never dotted keys). Only the fields that Tidewatch
 * itself reads are typed; the rest is ECS or stays under its source's namespace.
 *
 * Times: `@timestamp` is when it happened, `event.created` when the source wrote it, `event.ingested` when
 * Tidewatch took it; all ISO 8601 in UTC with milliseconds.
 */
export interface EcsEvent extends JsonObject {
  '@timestamp': string;
  event: EventFields;
  tidewatch: TidewatchFields;
}

/** What Tidewatch itself notes on an event, under its own namespace. */
export interface TidewatchFields extends JsonObject {
  /** Name of the input's source, as configured. */
  source: string;
  /** Name, time to live and readers of the class are defined in `governance/classes.yml`. */
  data_class: DataClass;
}

export interface EventFields extends JsonObject {
  id: string;
  ingested: string;
  /** Source's data set, e.g. `windows.security`, `linux.auth`, `nginx.access`. */
  dataset: string;
}

/** Name of a data class, `[a-z0-9_]+`. */
export type DataClass = string;

/** Whether a value is an event that says what and when it is; what is read back from a log may be anything. */
export const isEcsEvent = (value: unknown): value is EcsEvent =>
  isObject(value) &&
  isObject(value.event) &&
  typeof value.event.id === 'string' &&
  typeof value.event.ingested === 'string' &&
  Number.isFinite(Date.parse(value.event.ingested)) &&
  isObject(value.tidewatch);
