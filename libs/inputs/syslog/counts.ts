import type { InputContext } from '@tidewatch/plugin';
import { createTally } from '../tally.ts';

type Metric = 'input_dropped_total' | 'input_refused_total';

interface Row {
  /** After the number, on the health page. */
  readonly word: string;
  readonly log: string;
  readonly metric: Metric;
  readonly reason: string;
}

const lost = (reason: string, word: string, log: string): Row => ({
  word,
  log,
  reason,
  metric: 'input_dropped_total',
});
const turnedAway = (reason: string, word: string, log: string): Row => ({
  word,
  log,
  reason,
  metric: 'input_refused_total',
});

/** What is not taken as it came. */
const kinds = {
  cut: lost('too_long', 'cut', 'Messages were longer than max_line_bytes and cut'),
  busy: lost('busy', 'dropped', 'Datagrams were dropped: they came faster than the pipeline takes them'),
  quota: lost('quota', 'over the quota', 'Datagrams were dropped: one address sent more than peer_quota'),
  system: lost(
    'system',
    'dropped by the system',
    'Datagrams were dropped by the system before Tidewatch could read them',
  ),
  refused: turnedAway('governance', 'refused', 'Messages were refused by governance'),
  strangers: turnedAway(
    'stranger',
    'from strangers',
    'Senders that allow_from does not name were turned away',
  ),
  certificates: turnedAway(
    'certificate',
    'certificates refused',
    'Senders whose certificate allow_subjects does not name were turned away',
  ),
  handshakes: turnedAway(
    'tls_handshake',
    'handshakes failed',
    'Connections were closed: no TLS connection came about',
  ),
  connections: turnedAway(
    'too_many_connections',
    'connections too many',
    'Connections over max_connections were closed',
  ),
  idle: turnedAway(
    'idle',
    'connections idle',
    'Connections were closed: nothing came on them for idle_timeout_ms',
  ),
  faults: turnedAway(
    'protocol',
    'connections broken off',
    'Connections were closed: their sender did not keep to the protocol',
  ),
} as const satisfies Record<string, Row>;

export type CountKind = keyof typeof kinds;

/** Counts per transport what is lost, cut and turned away. */
export interface Counts {
  add(kind: CountKind, by?: number): void;
  /** All of it in words, after what else is to be said; undefined when there is nothing. */
  detail(more?: string): string | undefined;
  /** Logs what was not logged yet. */
  flush(): void;
}

export function createCounts(context: InputContext, input: string, protocol: string): Counts {
  const { log, metrics, name } = context;
  const names = Object.keys(kinds) as CountKind[];
  const tallies = new Map(
    names.map((kind) => [kind, createTally(log, kinds[kind].log, { input, protocol })] as const),
  );
  const total = (kind: CountKind) => tallies.get(kind)?.total ?? 0;
  return {
    add(kind, by) {
      tallies.get(kind)?.add(by);
      metrics.count(kinds[kind].metric, { input: name, reason: kinds[kind].reason }, by);
    },
    detail(more) {
      const counted = names
        .filter((kind) => total(kind) > 0)
        .map((kind) => `${total(kind)} ${kinds[kind].word}`);
      const said = more === undefined ? counted : [more, ...counted];
      return said.length === 0 ? undefined : said.join(', ');
    },
    flush() {
      for (const tally of tallies.values()) tally.flush();
    },
  };
}
