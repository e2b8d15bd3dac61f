import type { TidewatchError } from '@tidewatch/event';
import type { Logger } from '@tidewatch/telemetry';
import { errors } from '../errors.ts';
import { nameMatches } from '../names.ts';
import { createQuotas, type Quotas } from '../quota.ts';
import { createTally } from '../tally.ts';
import type { HttpConfig } from './config.ts';
import type { Sender } from './guard.ts';

/** What one request has for one source. */
export interface Load {
  readonly source: string;
  readonly events: number;
  readonly bytes: number;
}

/** Keeps senders within their quotas, and the number of sources bounded. */
export interface Admission {
  /** Throws `QUOTA_EXCEEDED` while the sender's key has used up its quota: asked before its body is read. */
  ask(sender: Sender): void;
  /** Says of each load why it may not come now (429), or takes it from the quotas and says nothing. */
  admit(sender: Sender, loads: readonly Load[]): (TidewatchError | undefined)[];
  /** Takes from the quotas what a source's documents held beside the events that they were admitted as. */
  charge(sender: Sender, source: string, events: number): void;
  /** What was turned away so far, in words; undefined when nothing was. */
  detail(): string | undefined;
}

/** No operator mends a configuration faster. */
const retrySourcesAfter = 60;

export function createAdmission(config: HttpConfig, log: Logger): Admission {
  // Names that the configuration knows keep their place whatever others make up.
  const sources = new Set([
    ...Object.values(config.sources),
    ...config.api_keys.flatMap((key) => key.sources?.filter((name) => !name.endsWith('*')) ?? []),
  ]);
  const quotas = Object.entries(config.source_quotas).map(([pattern, quota]) => ({
    pattern,
    quotas: createQuotas(quota),
  }));
  const overQuota = createTally(log, 'Events over a quota were turned away', { input: 'http' });
  const newSources = createTally(log, 'Events of new sources over max_sources were turned away', {
    input: 'http',
  });

  function exceeded(what: string, seconds: number, events: number): TidewatchError {
    overQuota.add(events);
    return errors.QUOTA_EXCEEDED({ what, retryAfter: Math.ceil(seconds) });
  }

  const quotaOf = (source: string): Quotas | undefined =>
    quotas.find(({ pattern }) => nameMatches(pattern, source))?.quotas;

  function check({ source, events, bytes }: Load): TidewatchError | undefined {
    if (!sources.has(source) && sources.size >= config.max_sources) {
      newSources.add(events);
      return errors.NO_NEW_SOURCES({ source, limit: config.max_sources, retryAfter: retrySourcesAfter });
    }
    sources.add(source);
    const wait = quotaOf(source)?.take(source, events, bytes) ?? 0;
    return wait === 0 ? undefined : exceeded(`the source "${source}"`, wait, events);
  }

  return {
    ask({ key, quotas: own }) {
      const wait = own?.take('', 0, 0) ?? 0;
      if (wait > 0) throw exceeded(`the API key "${key}"`, wait, 1);
    },
    admit({ key, quotas: own }, loads) {
      // Another request of the key may have come in while this one's body was read.
      const wait = own?.take('', 0, 0) ?? 0;
      if (wait > 0) return loads.map(({ events }) => exceeded(`the API key "${key}"`, wait, events));
      const refusals = loads.map(check);
      const taken = loads.filter((_, at) => refusals[at] === undefined);
      own?.take('', sumOf(taken, 'events'), sumOf(taken, 'bytes'));
      return refusals;
    },
    charge({ quotas: own }, source, events) {
      own?.charge('', events);
      quotaOf(source)?.charge(source, events);
    },
    detail() {
      const said = [
        ...(overQuota.total > 0 ? [`${overQuota.total} events over a quota`] : []),
        ...(newSources.total > 0 ? [`${newSources.total} events of too many sources`] : []),
      ];
      return said.length === 0 ? undefined : `${said.join(', ')} turned away`;
    },
  };
}

const sumOf = (loads: readonly Load[], what: 'events' | 'bytes'): number =>
  loads.reduce((sum, load) => sum + load[what], 0);
