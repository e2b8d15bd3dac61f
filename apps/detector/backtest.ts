import { bucketStart, type EcsEvent, type EventMatch, type Findings } from '@tidewatch/event';
import { alertId } from '@tidewatch/event/ids';
import { createCorrelator, type Stretch } from '@tidewatch/sigma';
import type { StreamRecord } from '@tidewatch/stream';
import { correlationConfig } from './correlation.ts';
import type { RuleInfo, RuleSources } from './protocol.ts';
import { createDetectionThread, type DetectionThread } from './thread.ts';

/** Of what a rule finds differently so much is shown, and of what it finds so much is kept to find that. */
const sampleSize = 10;
const keptSize = 1_000;
/** Time after the last event in which every window is over. */
const longAfterMs = 400 * 86_400_000;

export interface BacktestDeps {
  /** Program of the detector's thread. */
  readonly worker: URL;
  /** Rules as they are, and as they would be. */
  readonly before: RuleSources;
  readonly after: RuleSources;
  /** Events in order of their time. */
  readonly events: AsyncIterable<readonly EcsEvent[]>;
  /** Told of how many events were looked at. */
  readonly onProgress?: (events: number) => void;
}

export interface Found {
  readonly matches: number;
  readonly alerts: number;
}

/** What one rule finds, before and after. */
export interface BacktestedRule {
  readonly id: string;
  readonly title: string;
  readonly level: RuleInfo['level'];
  /** It makes no alerts of its own, since correlations build on it. */
  readonly silent: boolean;
  readonly before: Found;
  readonly after: Found;
  /** What is found after and not before, or before and not after, earliest first; epoch milliseconds. */
  readonly samples: readonly {
    readonly only: 'before' | 'after';
    readonly event: string;
    readonly time: number;
    readonly key: EventMatch['key'];
  }[];
}

export interface Backtested {
  readonly events: number;
  readonly rules: readonly BacktestedRule[];
  /** What is wrong with the rules as they would be. */
  readonly rejected: readonly Pick<RuleInfo, 'title' | 'reason'>[];
}

/** Runs rules as they are and as they would be over the same events, in threads of its own, and compares. */
export async function backtest({ worker, events, onProgress, ...deps }: BacktestDeps): Promise<Backtested> {
  const sides = [createDetectionThread(worker), createDetectionThread(worker)] as const;
  try {
    const before = await openSide(sides[0], deps.before);
    const after = await openSide(sides[1], deps.after);
    let looked = 0;
    for await (const batch of events) {
      const records = batch.map((event, i) => recordOf(event, looked + i));
      await Promise.all([before.take(records, batch), after.take(records, batch)]);
      looked += batch.length;
      onProgress?.(looked);
    }
    const rejected = after.infos
      .filter(({ state, file }) => state === 'rejected' && deps.after.paths[0] === file)
      .map(({ title, reason = '' }) => ({ title, reason }));
    return { events: looked, rules: compare(before.finish(), after.finish()), rejected };
  } finally {
    await Promise.all(sides.map((side) => side.close()));
  }
}

const recordOf = (event: EcsEvent, offset: number): StreamRecord => ({
  key: event.tidewatch.source,
  headers: {},
  value: Buffer.from(JSON.stringify(event)),
  position: { partition: 0, offset },
  appendedAt: 0,
});

interface Tally {
  readonly info: RuleInfo;
  matches: number;
  readonly alerts: Set<string>;
  readonly samples: Map<string, Omit<BacktestedRule['samples'][number], 'only'>>;
}

interface Side {
  readonly infos: readonly RuleInfo[];
  take(records: readonly StreamRecord[], events: readonly EcsEvent[]): Promise<void>;
  finish(): ReadonlyMap<string, Tally>;
}

async function openSide(thread: DetectionThread, sources: RuleSources): Promise<Side> {
  const { rules: infos, plans } = await thread.load(sources, 1);
  const correlator = createCorrelator({ ...correlationConfig, sliceMs: Number.POSITIVE_INFINITY }, plans);
  const tallies = new Map(
    infos
      .filter(({ state }) => state === 'loaded')
      .map((info): [string, Tally] => [info.id, { info, matches: 0, alerts: new Set(), samples: new Map() }]),
  );
  const last = new Map<string, Findings>();
  let newest = Number.NEGATIVE_INFINITY;

  function note(match: EventMatch): void {
    const tally = tallies.get(match.detector.id);
    if (tally === undefined) return;
    tally.matches++;
    tally.alerts.add(alertId(match.detector.id, match.key, bucketStart(match.time, match.bucketMs)));
    const { id, time, key, event } = match;
    if (tally.samples.size < keptSize) tally.samples.set(id, { event: event.event.id, time, key });
  }

  function correlate(to: number, lines: string, time: number): void {
    const matches = lines === '' ? nothing : (JSON.parse(lines) as Lines);
    const stretch: Stretch = { partition: 0, to, sources: [['events', time, time]], idle: [], ...matches };
    for (const findings of correlator.take(stretch).findings) last.set(findings.id, findings);
  }

  return {
    infos,
    async take(records, events) {
      const { matches, fed } = await thread.detect(0, records);
      for (const match of matches) note(match);
      for (const [rule, count] of fed.rules) {
        const tally = tallies.get(rule);
        if (tally !== undefined) tally.matches += count;
      }
      newest = Math.max(newest, ...events.map((event) => Date.parse(event['@timestamp'])));
      correlate((records.at(-1)?.position.offset ?? -1) + 1, fed.shards[0] ?? '', newest);
    },
    finish() {
      if (Number.isFinite(newest)) correlate(Number.MAX_SAFE_INTEGER, '', newest + longAfterMs);
      for (const { detector, count, id, key, matches } of last.values()) {
        const tally = tallies.get(detector.id);
        if (tally === undefined || count === 0) continue;
        tally.matches += count;
        tally.alerts.add(id);
        for (const match of matches) tally.samples.set(match.id, { event: match.id, time: match.time, key });
      }
      return tallies;
    },
  };
}

type Lines = Pick<Stretch, 'plans' | 'classes' | 'origins' | 'matches'>;
const nothing: Lines = { plans: [], classes: [], origins: [], matches: [] };

function compare(before: ReadonlyMap<string, Tally>, after: ReadonlyMap<string, Tally>): BacktestedRule[] {
  // Where both have a rule, the one that is tried says what it is called.
  return [...new Map([...before, ...after])].map(([id, { info }]) => {
    const [old, now] = [before.get(id), after.get(id)];
    const { title, level, silent = false } = info;
    const samples = [...only('after', now, old), ...only('before', old, now)]
      .sort((a, b) => a.time - b.time)
      .slice(0, sampleSize);
    return { id, title, level, silent, before: foundBy(old), after: foundBy(now), samples };
  });
}

const foundBy = (tally: Tally | undefined): Found => ({
  matches: tally?.matches ?? 0,
  alerts: tally?.alerts.size ?? 0,
});

function only<Side extends 'before' | 'after'>(
  side: Side,
  tally: Tally | undefined,
  other: Tally | undefined,
): (BacktestedRule['samples'][number] & { readonly only: Side })[] {
  return [...(tally?.samples ?? [])].flatMap(([id, sample]) =>
    other?.samples.has(id) ? [] : [{ only: side, ...sample }],
  );
}
