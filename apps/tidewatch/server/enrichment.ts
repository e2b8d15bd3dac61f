import {
  createEnrichment,
  createLoader,
  type Enrichers,
  type Enrichment,
  type EnrichmentSpec,
  type SourceState,
} from '@tidewatch/normalize/enrich';
import type { HealthBoard, Logger, Metrics } from '@tidewatch/telemetry';
import type { EnrichmentConfig } from '../config/enrichment.ts';
import { type FileWatch, watchFiles } from './file_watch.ts';
import { workers } from './workers.ts';

/** What events of a running process are enriched with. */
export interface EnrichmentInForce {
  readonly stage: Enrichment['stage'];
  readonly enrichers: Enrichers;
  readonly sources: Enrichment['sources'];
  /** Resolves when every source was tried once, or has taken too long: senders are let in then. */
  ready(): Promise<void>;
  /** Goes by another configuration from now on; resolves when what is new in it was tried. */
  reload(config: EnrichmentConfig): Promise<void>;
  close(): Promise<void>;
}

export interface EnrichmentDeps {
  readonly metrics: Metrics;
  readonly health: HealthBoard;
  readonly log: Logger;
}

/** Senders don't wait longer for sources, such as a server that does not answer. */
const patienceMs = 15_000;
const tellEveryMs = 5_000;

/** What keeps one source up to date. */
interface Following {
  close(): unknown;
}

/**
 * Loads the sources and follows them: files by watching, addresses by asking again. What can't be read is told on the
 * health page, in the log and in metrics; what was there before stays in force.
 */
export function openEnrichment(config: EnrichmentConfig, deps: EnrichmentDeps): EnrichmentInForce {
  const { metrics, log } = deps;
  const enrichment = createEnrichment({ load: createLoader(workers.enrichment) });
  const following = new Map<string, Following>();
  const counted = new Map<string, number>();
  let closed = false;
  let loading = follow(config);

  async function load(id: string): Promise<void> {
    const state = await enrichment.load(id);
    if (state === undefined || closed) return;
    const { kind, name, entries, unfit, expired, fault } = state;
    if (fault === null) log.info({ kind, name, entries, unfit, expired }, 'Enrichment loaded');
    else {
      log.warn(
        { kind, name, entries, reason: fault.reason },
        'A source of enrichment was not loaded as it is',
      );
      metrics.count('enrichment_failures_total', { kind, source: name });
    }
    tell();
  }

  /** Takes the configuration; resolves when what is new in it was tried. */
  async function follow(next: EnrichmentConfig): Promise<void> {
    const spec = specOf(next);
    const changed = enrichment.apply(spec);
    const ids = new Set(enrichment.sources().map(idOf));
    for (const [id, one] of following)
      if (!ids.has(id) || changed.includes(id)) {
        following.delete(id);
        await one.close();
      }
    const places = placesOf(next, enrichment);
    const loads = changed.map((id) => load(id));
    for (const id of changed) {
      const place = places.get(id);
      if (place !== undefined) following.set(id, keepUp(id, place));
    }
    await Promise.all(loads);
    tell();
  }

  function keepUp(id: string, { path, every }: FollowedPlace): Following {
    if (path === undefined) {
      const timer = setInterval(() => load(id), every).unref();
      return { close: () => clearInterval(timer) };
    }
    const watch: FileWatch = watchFiles(
      { what: `files of ${id}`, paths: () => [path], reload: () => load(id), expiry: () => null },
      log,
    );
    return watch;
  }

  function tell(): void {
    const sources = enrichment.sources();
    for (const { kind, name, entries, loadedAt, changedAt, matches } of sources) {
      const labels = { kind, source: name };
      metrics.set('enrichment_entries', labels, entries);
      if (loadedAt !== null) metrics.set('enrichment_loaded_timestamp_seconds', labels, loadedAt / 1000);
      if (changedAt !== null) metrics.set('enrichment_changed_timestamp_seconds', labels, changedAt / 1000);
      const before = counted.get(idOf({ kind, name })) ?? 0;
      // A source that was configured anew begins again.
      metrics.count('enrichment_matches_total', labels, matches >= before ? matches - before : matches);
      counted.set(idOf({ kind, name }), matches);
    }
    const faults = sources.flatMap(({ kind, name, fault }) =>
      fault === null ? [] : [`${kind} ${name}: ${fault.reason}`],
    );
    if (faults.length === 0) deps.health.set('enrichment', 'ready');
    else deps.health.set('enrichment', 'degraded', faults.join('; '));
  }

  deps.health.set('enrichment', 'ready');
  const telling = setInterval(tell, tellEveryMs).unref();
  return {
    stage: enrichment.stage,
    enrichers: enrichment.enrichers,
    sources: enrichment.sources,
    async ready() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<'late'>((resolve) => {
        timer = setTimeout(resolve, patienceMs, 'late');
      });
      const first = await Promise.race([loading, late]);
      clearTimeout(timer);
      if (first === 'late') log.warn({}, 'Events are taken before all sources of enrichment were read');
    },
    async reload(next) {
      await loading;
      loading = follow(next);
      await loading;
    },
    async close() {
      closed = true;
      clearInterval(telling);
      for (const one of following.values()) await one.close();
    },
  };
}

const idOf = ({ kind, name }: Pick<SourceState, 'kind' | 'name'>): string => `${kind}/${name}`;

function specOf({ geoip, threat_intel: feeds, tables }: EnrichmentConfig): EnrichmentSpec {
  const { enabled, max_size: maxBytes, ...databases } = geoip;
  const placed = <T extends { max_size: number; every: number; authorization_file?: string }>(source: T) => {
    const { max_size, every: _, authorization_file: authorizationFile, ...rest } = source;
    return { ...rest, maxBytes: max_size, authorizationFile };
  };
  return {
    geoip: enabled ? { ...databases, maxBytes } : undefined,
    feeds: feeds.map(placed),
    tables: tables.map(placed),
  };
}

/** What to follow a source by: its path, or how often it is asked for, in milliseconds. */
interface FollowedPlace {
  readonly path: string | undefined;
  readonly every: number;
}

function placesOf(
  { threat_intel: feeds, tables }: EnrichmentConfig,
  enrichment: Enrichment,
): ReadonlyMap<string, FollowedPlace> {
  const files = enrichment
    .sources()
    .filter(({ kind }) => kind === 'geoip')
    .map((source) => [idOf(source), { path: source.from, every: 0 }] as const);
  return new Map<string, FollowedPlace>([
    ...files,
    ...feeds.map(({ name, path, every }) => [`threat_intel/${name}`, { path, every }] as const),
    ...tables.map(({ name, path, every }) => [`table/${name}`, { path, every }] as const),
  ]);
}
