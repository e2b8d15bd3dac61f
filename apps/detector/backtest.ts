import { bucketStart, type EcsEvent, type EventMatch, type Findings } from '@tidewatch/event';
import { alertId } from '@tidewatch/event/ids';
import { createCorrelator, type Stretch } from '@tidewatch/sigma';
import type { StreamRecord } from '@tidewatch/stream';
import { type BacktestedRule, createComparison, type Sighting, type Tally } from './backtest_comparison.ts';
import { correlationConfig } from './correlation.ts';
import type { RuleInfo, RuleSources } from './protocol.ts';
import { createDetectionThread, type DetectionThread } from './thread.ts';

/** Time after the last event in which every window is over. */
const longAfterMs = 400 * 86_400_000;

export interface BacktestDeps {
  /** Program of the detector's thread. */
  readonly worker: URL;
  /** Rules as they are, and as they would be. */
  readonly before: RuleSources;
  readonly after: RuleSources;
  /** By the id that a rule had before: the one it has after. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Whether a document that is rejected afterwards is one that was to be tried. */
  readonly isTried: (rule: RuleInfo) => boolean;
  /** Events in order of their time. */
  readonly events: AsyncIterable<readonly EcsEvent[]>;
  /** Told of how many events were looked at. */
  readonly onProgress?: (events: number) => void;
}

export interface Backtested {
  readonly events: number;
  readonly rules: readonly BacktestedRule[];
  /** What is wrong with the rules as they would be. */
  readonly rejected: readonly Pick<RuleInfo, 'title' | 'reason'>[];
}

/**
 * Runs rules as they are and as they would be over the same events, in threads of its own, and compares; however many
 * rules there are, the events are read once.
 */
export async function backtest({ worker, events, onProgress, ...deps }: BacktestDeps): Promise<Backtested> {
  const sides = [createDetectionThread(worker), createDetectionThread(worker)] as const;
  const { renamed = {} } = deps;
  const comparison = createComparison();
  try {
    const [before, after] = await Promise.all([
      openSide(sides[0], deps.before, (id) => renamed[id] ?? id),
      openSide(sides[1], deps.after, (id) => id),
    ]);
    let looked = 0;
    for await (const batch of events) {
      const records = batch.map((event, i) => recordOf(event, looked + i));
      comparison.note(...(await Promise.all([before.take(records, batch), after.take(records, batch)])));
      looked += batch.length;
      onProgress?.(looked);
    }
    comparison.note(before.finish(), after.finish());
    const rejected = after.infos
      .filter((info) => info.state === 'rejected' && deps.isTried(info))
      .map(({ title, reason = '' }) => ({ title, reason }));
    return { events: looked, rules: comparison.rules(before.tallies, after.tallies), rejected };
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

interface Side {
  readonly infos: readonly RuleInfo[];
  /** By id of the rule. */
  readonly tallies: ReadonlyMap<string, Tally>;
  /** What rules on single events find in these. */
  take(records: readonly StreamRecord[], events: readonly EcsEvent[]): Promise<readonly Sighting[]>;
  /** Lets every window end: what correlations found in all. */
  finish(): readonly Sighting[];
}

/** @param idOf what a rule is called in the comparison */
async function openSide(
  thread: DetectionThread,
  sources: RuleSources,
  idOf: (id: string) => string,
): Promise<Side> {
  const { rules: infos, plans } = await thread.load(sources, 1);
  const correlator = createCorrelator({ ...correlationConfig, sliceMs: Number.POSITIVE_INFINITY }, plans);
  const tallies = new Map(
    infos
      .filter(({ state }) => state === 'loaded')
      .map((info): [string, Tally] => [idOf(info.id), { info, matches: 0, alerts: new Set() }]),
  );
  const last = new Map<string, Findings>();
  let newest = Number.NEGATIVE_INFINITY;

  function noted(match: EventMatch): Sighting[] {
    const rule = idOf(match.detector.id);
    const tally = tallies.get(rule);
    if (tally === undefined) return [];
    tally.matches++;
    tally.alerts.add(alertId(rule, match.key, bucketStart(match.time, match.bucketMs)));
    const event = match.event.event.id;
    return [{ rule, id: event, event, time: match.time, key: match.key }];
  }

  function correlate(to: number, lines: string, time: number): void {
    const matches = lines === '' ? nothing : (JSON.parse(lines) as Lines);
    const stretch: Stretch = { partition: 0, to, sources: [['events', time, time]], idle: [], ...matches };
    for (const findings of correlator.take(stretch).findings) last.set(findings.id, findings);
  }

  return {
    infos,
    tallies,
    async take(records, events) {
      const { matches, fed } = await thread.detect(0, records);
      for (const [id, count] of fed.rules) {
        const tally = tallies.get(idOf(id));
        if (tally !== undefined) tally.matches += count;
      }
      newest = Math.max(newest, ...events.map((event) => Date.parse(event['@timestamp'])));
      correlate((records.at(-1)?.position.offset ?? -1) + 1, fed.shards[0] ?? '', newest);
      return matches.flatMap(noted);
    },
    finish() {
      if (Number.isFinite(newest)) correlate(Number.MAX_SAFE_INTEGER, '', newest + longAfterMs);
      return [...last.values()].flatMap(({ detector, count, key, bucket, matches }) => {
        const rule = idOf(detector.id);
        const tally = tallies.get(rule);
        if (tally === undefined || count === 0) return [];
        const group = JSON.stringify(key).toLowerCase();
        tally.matches += count;
        tally.alerts.add(`${group} ${bucket.start}`);
        return matches.map(({ id, time }) => ({ rule, id: `${group} ${time}`, event: id, time, key }));
      });
    },
  };
}

type Lines = Pick<Stretch, 'plans' | 'classes' | 'origins' | 'matches'>;
const nothing: Lines = { plans: [], classes: [], origins: [], matches: [] };
