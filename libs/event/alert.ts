import { bucketStart } from './bucket.ts';
import type { DataClass } from './event.ts';
import type { Detector, EntityKey, EventMatch, Findings, Match } from './match.ts';

export const statuses = ['open', 'acknowledged', 'closed'] as const;
export type Status = (typeof statuses)[number];

export const closeReasons = [
  'true_positive',
  'benign_positive',
  'false_positive',
  'duplicate',
  'expected_activity',
  'other',
] as const;
export type CloseReason = (typeof closeReasons)[number];

/** What a reason says of an event: 1 for an attack, 0 for what was none. Other reasons tell nothing of it. */
export const verdicts: Readonly<Partial<Record<CloseReason, 0 | 1>>> = {
  true_positive: 1,
  benign_positive: 0,
  false_positive: 0,
};

/** Shown at once as provisional; confirmed when the watermark has passed the alert's bucket. */
export type Finality = 'provisional' | 'confirmed' | 'amended' | 'withdrawn';

/** What somebody decided about an alert, and how many matches joined since it was closed in a way that they don't reopen. */
export type Decision = Pick<Alert, 'status' | 'reason' | 'assignee' | 'sinceClosed'>;

/** One change somebody made, or a reopening by new matches (`by` is then `tidewatch`). */
export interface AlertHistoryEntry {
  readonly at: string;
  readonly by: string;
  readonly action: 'opened' | 'acknowledged' | 'assigned' | 'closed' | 'reopened' | 'noted' | 'undone';
  readonly reason?: CloseReason;
  /** Of an assignment: to whom; null where it was taken from somebody. */
  readonly to?: string | null;
  readonly note?: string;
  /** Of a person's change: its id, and that alone tells that a person made it. */
  readonly change?: string;
  /** Of a person's change: what undoing it puts back, and the matches counted until then. */
  readonly was?: Decision & { readonly found: number };
}

/** What a person triages. Times are epoch milliseconds but for history's, which are ISO 8601. */
export interface Alert {
  readonly id: string;
  readonly detector: Detector;
  readonly key: EntityKey;
  readonly dataClass: DataClass;
  /** One sentence: what happened to whom. */
  readonly summary: string;
  readonly bucket: { readonly start: number; readonly end: number };
  readonly finality: Finality;
  readonly first: number;
  readonly last: number;
  /** Matches counted, each once. */
  readonly count: number;
  /** Of a windowed detector: the most matches it ever said, which late events may have made fewer since. */
  readonly highest?: number;
  /** Matches that joined after it was closed as false positive or expected activity. */
  readonly sinceClosed: number;
  /** First, last and a bounded sample of the matches, in order of time. */
  readonly matches: readonly Match[];
  readonly status: Status;
  readonly reason: CloseReason | null;
  readonly assignee: string | null;
  readonly history: readonly AlertHistoryEntry[];
  /** Highest stream offset counted, by partition: a replayed match at or below it changes nothing. */
  readonly applied: Readonly<Record<number, number>>;
  readonly createdAt: number;
  readonly updatedAt: number;
  /**
   * Grows by one with each change that a person makes; one made against another version is refused. Matches that join, and
   * a reopening by them, leave it as it is.
   */
  readonly version: number;
}

/** An alert as lists show it: without its evidence, which may be megabytes. */
export type AlertRow = Omit<Alert, 'matches'>;

/** At most this many matches stay with an alert: the first, the newest, and those between that came first. */
export const sampleLimit = 10;

const quietReasons: ReadonlySet<CloseReason> = new Set(['false_positive', 'expected_activity']);

export type JoinResult = {
  readonly alert: Alert;
  /** `known`: nothing changed. `settled`: only its finality did. */
  readonly effect: 'created' | 'joined' | 'reopened' | 'settled' | 'known';
};

/**
 * Puts a match into its alert, or opens the alert. Replays change nothing: a match at or below the highest counted
 * offset of its partition is already in.
 *
 * @param id the alert's id, as `alertId` gives it
 * @param now epoch milliseconds
 */
export function joinAlert(alert: Alert | undefined, match: EventMatch, id: string, now: number): JoinResult {
  const { partition, offset } = match.position;
  if (alert === undefined) {
    const start = bucketStart(match.time, match.bucketMs);
    const bucket = { start, end: start + match.bucketMs };
    return {
      effect: 'created',
      alert: { ...opened([match], id, bucket, now), applied: { [partition]: offset } },
    };
  }
  // The same event may stand in the stream twice: a sender's retry, a file read again after a crash.
  const repeated = alert.matches.some(({ id: known }) => known === match.id);
  if (repeated || offset <= (alert.applied[partition] ?? -1)) return { alert, effect: 'known' };
  const { reopens, change } = moreFound(alert, 1, now);
  return {
    effect: reopens ? 'reopened' : 'joined',
    alert: {
      ...alert,
      ...change,
      first: Math.min(alert.first, match.time),
      last: Math.max(alert.last, match.time),
      count: alert.count + 1,
      // A confirmed count that grows was not final after all: an event came later than allowed.
      finality: alert.finality === 'confirmed' ? 'amended' : alert.finality,
      matches: sample(alert.matches, match),
      applied: { ...alert.applied, [partition]: offset },
    },
  };
}

/**
 * Puts what a windowed detector says of a bucket in the place of what it said before. What was settled is taken back no
 * more: a detector that has given up its state, or begins anew, knows less of it.
 */
export function replaceFindings(
  alert: Alert | undefined,
  findings: Findings,
  now: number,
): JoinResult | undefined {
  const { count, matches, settled, key, dataClass } = findings;
  const [first] = matches;
  const last = matches.at(-1);
  if (alert === undefined) {
    if (first === undefined) return undefined;
    const fresh = opened(matches, findings.id, findings.bucket, now);
    const finality = settled ? 'confirmed' : 'provisional';
    return { effect: 'created', alert: { ...fresh, count, highest: count, key, dataClass, finality } };
  }
  const final = alert.finality === 'confirmed' || alert.finality === 'amended';
  if (final && count <= alert.count) return { alert, effect: 'known' };
  const finality = final ? 'amended' : count === 0 ? 'withdrawn' : settled ? 'confirmed' : 'provisional';
  const said = JSON.stringify([count, matches, finality]);
  if (said === JSON.stringify([alert.count, alert.matches, alert.finality]))
    return { alert, effect: 'known' };
  const highest = alert.highest ?? alert.count;
  // A replay says again what was said before: only more than ever is news.
  const { reopens, change } = moreFound(alert, Math.max(0, count - highest), now);
  // What was withdrawn keeps what it once rested on, for those who looked at it.
  const found =
    first === undefined || last === undefined
      ? {}
      : { matches, first: first.time, last: last.time, key, dataClass, summary: summarise(last) };
  return {
    effect: reopens ? 'reopened' : count > highest ? 'joined' : 'settled',
    alert: { ...alert, ...change, ...found, count, highest: Math.max(highest, count), finality },
  };
}

function opened(matches: readonly Match[], id: string, bucket: Alert['bucket'], now: number): Alert {
  const match = matches[0] as Match;
  return {
    id,
    detector: match.detector,
    key: match.key,
    dataClass: match.dataClass,
    summary: summarise(match),
    bucket,
    finality: 'provisional',
    first: match.time,
    last: (matches.at(-1) as Match).time,
    count: 1,
    sinceClosed: 0,
    matches,
    status: 'open',
    reason: null,
    assignee: null,
    history: [{ at: new Date(now).toISOString(), by: 'tidewatch', action: 'opened' }],
    applied: {},
    createdAt: now,
    updatedAt: now,
    version: 1,
  };
}

/** What becomes of a decision when so many more matches join: it is taken back, unless it said that they are harmless. */
export function withMoreFound(decision: Decision, matches: number): Decision {
  const { status, reason } = decision;
  if (status !== 'closed') return { ...decision, sinceClosed: 0 };
  if (reason !== null && quietReasons.has(reason))
    return { ...decision, sinceClosed: decision.sinceClosed + matches };
  return matches > 0
    ? { ...decision, status: 'open', reason: null, sinceClosed: 0 }
    : { ...decision, sinceClosed: 0 };
}

/** What becomes of an alert's state when so many more matches join it. */
function moreFound(
  alert: Alert,
  matches: number,
  now: number,
): { reopens: boolean; change: Decision & Pick<Alert, 'history' | 'updatedAt'> } {
  const { status, reason, assignee, sinceClosed } = alert;
  const decision = withMoreFound({ status, reason, assignee, sinceClosed }, matches);
  const reopens = decision.status !== status;
  const entry = { at: new Date(now).toISOString(), by: 'tidewatch', action: 'reopened' } as const;
  return {
    reopens,
    change: {
      ...decision,
      history: reopens ? [...alert.history, entry] : alert.history,
      updatedAt: now,
    },
  };
}

/** First, last and those between, by event time then id, so that the sample's ends don't hang on arrival. */
function sample(matches: readonly Match[], match: Match): Match[] {
  const sorted = [...matches, match].sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
  if (sorted.length > sampleLimit) sorted.splice(sampleLimit - 1, sorted.length - sampleLimit);
  return sorted;
}

function summarise(match: Match): string {
  const entities = match.key.map(({ value }) => value).join(' · ');
  return entities === '' ? match.detector.title : `${match.detector.title} on ${entities}`;
}
