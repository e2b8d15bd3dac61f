import type { JsonObject } from '@tidewatch/event';
import { parseAddress } from './address.ts';
import type { Enrichers, GeoAnswer, IndicatorKind, ThreatMatch } from './enrichers.ts';
import { type GeoIp, type GeoPart, lookUpGeo } from './geoip.ts';
import { findIndicator, hasKind } from './indicator.ts';
import type { Found, KeyIndex } from './key_index.ts';
import { Recent } from './recent.ts';
import { foldKey, type Match, rowSpace } from './table_rows.ts';

/** A feed as far as it is loaded. */
export interface Feed {
  readonly name: string;
  readonly index: KeyIndex;
  /** Events that its indicators matched, values of one event each by itself. */
  matches: number;
}

/** A table as far as it is loaded. */
export interface Table {
  readonly name: string;
  readonly index: KeyIndex;
  readonly match: Match;
  /** Event fields whose values are looked up for every event. */
  readonly join: readonly string[];
  matches: number;
}

/** Addresses whose place is remembered, at least. */
const remembered = 50_000;

/** Answers for the sources in force. Whoever replaces one of them calls `changed`. */
export class Lookups implements Enrichers {
  databases: GeoIp = { country: undefined, city: undefined, asn: undefined };
  feeds: readonly Feed[] = [];
  tables: readonly Table[] = [];
  /** How often sources changed: what is derived from answers is kept no longer. */
  generation = 0;
  /** Answers as JSON, since everybody gets one of their own; empty: none. */
  readonly #geo = new Recent<string, string>(remembered);
  readonly #onDamage: (part: GeoPart, error: Error) => void;
  readonly #clock: () => number;

  constructor(onDamage: (part: GeoPart, error: Error) => void, clock: () => number) {
    this.#onDamage = onDamage;
    this.#clock = clock;
  }

  changed(): void {
    this.generation++;
    this.#geo.clear();
  }

  get hasGeo(): boolean {
    const { country, city, asn } = this.databases;
    return country !== undefined || city !== undefined || asn !== undefined;
  }

  geo(ip: string): GeoAnswer | undefined {
    if (!this.hasGeo || ip.length > 45) return undefined;
    let json = this.#geo.get(ip);
    if (json === undefined) {
      const answer = lookUpGeo(this.databases, ip, this.#onDamage);
      json = answer === undefined ? '' : JSON.stringify(answer);
      this.#geo.set(ip, json);
    }
    return json === '' ? undefined : (JSON.parse(json) as GeoAnswer);
  }

  /** Whether any feed has a kind of indicators. */
  warns(kind: IndicatorKind): boolean {
    return this.feeds.some(({ index }) => hasKind(index, kind));
  }

  /** Whether any feed warns of a value; counts nothing. */
  isWarnedOf(kind: IndicatorKind, value: string): boolean {
    const now = this.#clock();
    return this.feeds.some(({ index }) => findIndicator(index, kind, value, now) !== undefined);
  }

  threat(kind: IndicatorKind, value: string): readonly ThreatMatch[] | undefined {
    let matches: ThreatMatch[] | undefined;
    for (const feed of this.feeds) {
      const indicator = findIndicator(feed.index, kind, value, this.#clock());
      if (indicator === undefined) continue;
      feed.matches++;
      matches ??= [];
      matches.push({ feed: feed.name, indicator });
    }
    return matches;
  }

  table(name: string) {
    const isThere = this.tables.some((table) => table.name === name);
    // By name each time: it may have been loaded again.
    return isThere
      ? {
          get: (key: string) => {
            const table = this.tables.find((one) => one.name === name);
            return table && this.row(table, key);
          },
        }
      : undefined;
  }

  /** What a table's row of a key adds. */
  row(table: Table, key: string): JsonObject | undefined {
    const found = this.findRow(table, key);
    if (found === undefined) return undefined;
    table.matches++;
    return JSON.parse(found.payload) as JsonObject;
  }

  /** A table's row of a key; counts nothing. */
  findRow({ index, match }: Table, key: string): Found | undefined {
    // Longer ones are not taken as keys.
    if (key.length > 4_096) return undefined;
    if (match === 'network') {
      const address = parseAddress(key);
      return address && index.findNetwork(address, 0);
    }
    const folded = foldKey(match, key);
    return match === 'domain' ? index.findEnding(rowSpace, folded, 0) : index.find(rowSpace, folded, 0);
  }
}
