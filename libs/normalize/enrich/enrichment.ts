import { isDeepStrictEqual } from 'node:util';
import type { Stage } from '../stage.ts';
import type { Enrichers } from './enrichers.ts';
import { type GeoPart, geoParts, readGeoDatabase, shippedCountries } from './geoip.ts';
import { KeyIndex } from './key_index.ts';
import type { FeedSpec, LoadSpec } from './load.ts';
import type { Loader } from './loader.ts';
import { type Feed, Lookups, type Table } from './lookups.ts';
import { type Place, shownUrl } from './source.ts';
import { createEnrichStage } from './stage.ts';
import type { TableSpec } from './table_rows.ts';

/** What is configured. Names are unique among feeds, and among tables. */
export interface EnrichmentSpec {
  /** Paths of MaxMind databases; undefined: geoip is off. Without `country` it is the one that ships. */
  readonly geoip: ({ readonly maxBytes: number } & Readonly<Partial<Record<GeoPart, string>>>) | undefined;
  readonly feeds: readonly (FeedSpec & { readonly name: string })[];
  readonly tables: readonly (Place &
    TableSpec & { readonly name: string; readonly join: readonly string[] })[];
}

export type SourceKind = 'geoip' | 'threat_intel' | 'table';

/** How one source stands. Times are epoch milliseconds. */
export interface SourceState {
  readonly kind: SourceKind;
  readonly name: string;
  /** Path, or address without what may be secret in it. */
  readonly from: string;
  /** Keys in force; of a MaxMind database the nodes of its tree. */
  readonly entries: number;
  /** Memory that the keys take. */
  readonly bytes: number;
  /** What of the version in force is not understood, or has expired before it was loaded. */
  readonly unfit: number;
  readonly expired: number;
  /** When the version in force was loaded, and when that had changed; null: there is none yet. */
  readonly loadedAt: number | null;
  readonly changedAt: number | null;
  /** Attempts to load it that failed, and what the last one failed of, unless a later one succeeded. */
  readonly failures: number;
  readonly fault: { readonly at: number; readonly reason: string } | null;
  /** Values of events that it said something of, since it was configured; of a MaxMind database none are counted. */
  readonly matches: number;
}

export interface Enrichment {
  readonly stage: Stage;
  readonly enrichers: Enrichers;
  sources(): readonly SourceState[];
  /** Takes a changed configuration. Sources that did not change stay loaded; the names of the others are answered. */
  apply(spec: EnrichmentSpec): readonly string[];
  /**
   * Loads a source again, and answers how it stands. Where it can't be read, or not in whole, the version before stays
   * in force; the first time, what can be read is in force. Never rejects.
   *
   * @param id `KIND/NAME`
   */
  load(id: string): Promise<SourceState | undefined>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Source {
  readonly spec: unknown;
  readonly state: Mutable<SourceState>;
  /** Reads it; answers how to bring it into force. */
  readonly read: () => Promise<Version>;
  feed?: Feed;
  table?: Table;
}

interface Version {
  readonly entries: number;
  readonly bytes: number;
  readonly unfit: number;
  readonly expired: number;
  readonly changed: number;
  readonly faults: readonly string[];
  readonly use: () => void;
}

export interface EnrichmentOptions {
  readonly load: Loader;
  /** Epoch milliseconds. */
  readonly clock?: () => number;
}

/** Everything that events are enriched with. Nothing is loaded until `load` is called. */
export function createEnrichment({ load, clock = Date.now }: EnrichmentOptions): Enrichment {
  const sources = new Map<string, Source>();
  const fail = ({ state }: Source, reason: string) => {
    state.failures++;
    state.fault = { at: clock(), reason };
  };
  const lookups = new Lookups((part, error) => {
    const source = sources.get(`geoip/${part}`);
    if (source !== undefined && source.state.fault === null) fail(source, `is damaged: ${error.message}`);
  }, clock);

  /** Puts what is loaded where it is looked up, in the configuration's order. */
  function renew(): void {
    const all = [...sources.values()];
    lookups.feeds = all.flatMap(({ feed }) => feed ?? []);
    lookups.tables = all.flatMap(({ table }) => table ?? []);
    lookups.changed();
  }

  const indexed = (spec: LoadSpec, use: (index: KeyIndex) => void) => async (): Promise<Version> => {
    const { data, ...loaded } = await load(spec);
    const index = new KeyIndex(data);
    return { ...loaded, entries: index.keys, bytes: index.bytes, use: () => use(index) };
  };

  function geoSource(part: GeoPart, path: string, maxBytes: number): Source {
    const read = async (): Promise<Version> => {
      const database = await readGeoDatabase(path, maxBytes);
      const { entries, bytes, built: changed } = database;
      const use = () => {
        lookups.databases[part] = database;
      };
      return { entries, bytes, unfit: 0, expired: 0, changed, faults: [], use };
    };
    return { spec: { path, maxBytes }, state: stateOf('geoip', part, path), read };
  }

  function feedSource(spec: EnrichmentSpec['feeds'][number]): Source {
    const source: Source = {
      spec,
      state: stateOf('threat_intel', spec.name, fromOf(spec)),
      read: indexed({ what: 'feed', ...spec }, (index) => {
        source.feed = { name: spec.name, index, matches: source.feed?.matches ?? 0 };
      }),
    };
    return source;
  }

  function tableSource(spec: EnrichmentSpec['tables'][number]): Source {
    const { name, match, join } = spec;
    const source: Source = {
      spec,
      state: stateOf('table', name, fromOf(spec)),
      read: indexed({ what: 'table', ...spec }, (index) => {
        source.table = { name, index, match, join, matches: source.table?.matches ?? 0 };
      }),
    };
    return source;
  }

  function wanted({ geoip, feeds, tables }: EnrichmentSpec): Source[] {
    const paths = geoip && { country: geoip.country ?? shippedCountries(), city: geoip.city, asn: geoip.asn };
    const databases = geoParts.flatMap((part) => {
      const path = paths?.[part];
      return path === undefined ? [] : [geoSource(part, path, geoip?.maxBytes ?? 0)];
    });
    return [...databases, ...feeds.map(feedSource), ...tables.map(tableSource)];
  }

  return {
    stage: createEnrichStage(lookups),
    enrichers: lookups,
    sources: () =>
      [...sources.values()].map(({ state, feed, table }) => ({
        ...state,
        matches: feed?.matches ?? table?.matches ?? 0,
      })),
    apply(spec) {
      const before = new Map(sources);
      sources.clear();
      for (const source of wanted(spec)) {
        const id = idOf(source.state);
        const known = before.get(id);
        sources.set(id, known !== undefined && isDeepStrictEqual(known.spec, source.spec) ? known : source);
      }
      // Until a changed one is loaded, its older version goes on.
      const changed = [...sources].filter(([id, source]) => before.get(id) !== source);
      for (const [id, source] of changed) takeOver(source, before.get(id));
      for (const part of geoParts) if (!sources.has(`geoip/${part}`)) lookups.databases[part] = undefined;
      renew();
      return changed.map(([id]) => id);
    },
    async load(id) {
      const source = sources.get(id);
      if (source === undefined) return undefined;
      try {
        const version = await source.read();
        const [fault] = version.faults;
        const isCurrent = sources.get(id) === source;
        const isBetter = source.state.loadedAt === null && version.entries > 0;
        if (isCurrent && (fault === undefined || isBetter)) {
          version.use();
          renew();
          const { entries, bytes, unfit, expired, changed } = version;
          Object.assign(source.state, {
            entries,
            bytes,
            unfit,
            expired,
            changedAt: changed,
            loadedAt: clock(),
          });
        }
        if (fault === undefined) source.state.fault = null;
        else
          fail(
            source,
            version.faults.length === 1 ? fault : `${fault} (and ${version.faults.length - 1} more)`,
          );
      } catch (error) {
        fail(source, (error as Error).message);
      }
      return { ...source.state };
    },
  };
}

const idOf = ({ kind, name }: SourceState): string => `${kind}/${name}`;
const fromOf = ({ path, url }: Place): string => path ?? shownUrl(url ?? '');

function takeOver(source: Source, before: Source | undefined): void {
  if (before?.feed !== undefined) source.feed = before.feed;
  // A table's other keys or fields are another table.
}

const stateOf = (kind: SourceKind, name: string, from: string): Mutable<SourceState> => ({
  kind,
  name,
  from,
  entries: 0,
  bytes: 0,
  unfit: 0,
  expired: 0,
  loadedAt: null,
  changedAt: null,
  failures: 0,
  fault: null,
  matches: 0,
});
