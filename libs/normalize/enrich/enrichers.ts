import type { JsonObject } from '@tidewatch/event';

/**
 * What is known of values beside the events: what processors of parser files ask, and the stage that every event passes.
 * Lookups are synchronous and never throw; what is not loaded yet, or off, answers undefined. Who keeps answers keeps
 * them no longer than the event in hand: sources are read again while events come.
 */
export interface Enrichers {
  /** Where an address is, and whose network; undefined for what is private, unknown, or no address. */
  geo(ip: string): GeoAnswer | undefined;
  /** The indicators in force that a value is, one for each source; undefined where there are none. */
  threat(kind: IndicatorKind, value: string): readonly ThreatMatch[] | undefined;
  /** A table of the configuration; undefined where it has none of that name. */
  table(name: string): LookupTable | undefined;
}

/** Members `geo` and `as` as ECS has them beside an address. */
export interface GeoAnswer {
  readonly geo?: JsonObject;
  readonly as?: JsonObject;
}

export const indicatorKinds = ['ip', 'domain', 'url', 'hash', 'email'] as const;

/**
 * What an indicator is compared with: `ip` also stands for networks, `domain` also for the names below, `hash` for MD5,
 * SHA-1 and SHA-256 of files in hexadecimal.
 */
export type IndicatorKind = (typeof indicatorKinds)[number];

export interface ThreatMatch {
  /** The source's name in the configuration: `threat.feed.name`. */
  readonly feed: string;
  /** Members of `threat.indicator`. */
  readonly indicator: JsonObject;
}

export interface LookupTable {
  /** What the row of a key adds to an event, nested; undefined where there is none. */
  get(key: string): JsonObject | undefined;
}
