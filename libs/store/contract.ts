import type {
  Alert,
  AlertRow,
  CloseReason,
  DataClass,
  EcsEvent,
  Engine,
  EventHead,
  EventMatch,
  Findings,
  Json,
  Level,
  Status,
} from '@tidewatch/event';
import type { KqlNode } from '@tidewatch/query';
import type { AlertJobStore } from './alert_jobs.ts';
import type { TellDeletion } from './deletion.ts';

/** Who asks, what they may see, and why. Part of every read; the reader audits it. */
export interface Scope {
  readonly principal: string;
  readonly dataClasses: 'all' | readonly DataClass[];
  readonly useCase?: string;
  readonly reason?: string;
}

/** Event time, epoch milliseconds, start inclusive and end exclusive. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** What the index role writes: an event with the place in the log that it came from. */
export interface IndexedEvent {
  readonly position: { readonly partition: number; readonly offset: number };
  /** What the event's own JSON says; class and ingestion time decide the time partition. */
  readonly head: EventHead;
  /** The id was chosen by the sender or its request, so the same id may come at another position. */
  readonly senderChosenId: boolean;
  /** The event as JSON. Shared; nobody changes it. */
  readonly bytes: Uint8Array;
}

export type WriteOutcome =
  | { readonly status: 'stored' | 'already_there' }
  | { readonly status: 'rejected'; readonly reason: string; readonly message: string };

export interface SearchRequest {
  /** Undefined finds everything in the range. */
  readonly query?: KqlNode;
  readonly range: TimeRange;
  readonly sort: 'newest' | 'oldest';
  /** 1 to 1,000. */
  readonly limit: number;
  /** The token of the page before, from {@link Page.next}: paging goes by (time, id), without a wall. */
  readonly after?: string;
}

export interface Page<T> {
  /** As many as asked for, or fewer where they are large: a page of events ends at 2 MiB. */
  readonly items: readonly T[];
  /** Undefined on the last page, and nowhere else. */
  readonly next?: string;
}

export interface Bucket {
  /** Start of the bucket, epoch milliseconds. */
  readonly start: number;
  readonly count: number;
  /** Counts by the value of the split field, where one was asked for. */
  readonly split?: Readonly<Record<string, number>>;
}

/** Without one: `frequent`. */
export type ValueOrder = 'frequent' | 'rare';

export interface TopValue {
  readonly value: Json;
  readonly count: number;
}

/** How many events there are, on how many different `host.name`, and on how many days (UTC). */
export interface Prevalence {
  readonly events: number;
  /** In OpenSearch at most 100, which stands for more, too. */
  readonly hosts: number;
  readonly days: number;
}

/**
 * Events, kept by data class and time partition.
 *
 * Promise:
 * - `write` is durable when it resolves, and idempotent: a position written before, or a sender-chosen id present in
 *   its partition, answers `already_there`. Outcomes stand in the order of the batch. A whole-batch failure (disk,
 *   connection) rejects, and the same batch may be given again.
 * - Where a record goes follows from the record alone (class and ingestion time), so a retry hits the same partition.
 * - Reads find what was written at once in the embedded store, in OpenSearch from the next refresh on (5 s).
 * - Reads see only the classes of their scope. Unknown fields match nothing; they are not errors.
 * - Retention drops whole partitions: an event lives its class's TTL, plus one partition at most.
 */
export interface EventStore {
  write(batch: readonly IndexedEvent[]): Promise<WriteOutcome[]>;
  search(request: SearchRequest, scope: Scope): Promise<Page<EcsEvent>>;
  /** As `search`; each event as JSON on one line, for those who hand all of them on as they are; perhaps fewer at once. */
  documents(request: SearchRequest, scope: Scope): Promise<Page<string>>;
  count(request: Pick<SearchRequest, 'query' | 'range'>, scope: Scope): Promise<number>;
  /** Buckets of `stepMs`, aligned to the epoch, empty ones included. */
  histogram(
    request: Pick<SearchRequest, 'query' | 'range'> & { readonly stepMs: number; readonly split?: string },
    scope: Scope,
  ): Promise<Bucket[]>;
  /**
   * Most frequent values of a field, or the rarest, ties by value. In OpenSearch the rarest are exact where the field has at
   * most 10,000 different ones in what is found.
   */
  topValues(
    request: Pick<SearchRequest, 'query' | 'range'> & {
      readonly field: string;
      readonly limit: number;
      readonly order?: ValueOrder;
    },
    scope: Scope,
  ): Promise<TopValue[]>;
  /** How widely spread are the events of each of up to eight queries. */
  prevalence(
    request: { readonly queries: readonly KqlNode[]; readonly range: TimeRange },
    scope: Scope,
  ): Promise<Prevalence[]>;
  get(id: string, scope: Scope): Promise<EcsEvent | undefined>;
  /** Dotted paths seen in recent events, for completion. */
  fields(scope: Scope): Promise<string[]>;
  stats(): Promise<EventStoreStats>;
  /**
   * Drops the partitions whose every event is past its class's time to live at `now`, and tells of each. One that cannot be
   * dropped keeps none of the others; it rejects at the end then.
   */
  expire(now: number, tell: TellDeletion): Promise<void>;
  /** Deletes every event of a class at once (taking the demonstration away, a withdrawn approval); returns how many. */
  deleteClass(dataClass: DataClass): Promise<number>;
  /**
   * Deletes one time partition of a class at once (what was brought back for a while), unless it holds more than `most`
   * events; returns how many it held, undefined where it stayed.
   */
  deletePartition(dataClass: DataClass, partition: string, most?: number): Promise<number | undefined>;
  close(): Promise<void>;
}

export interface EventStoreStats {
  readonly events: number;
  readonly bytes: number;
  readonly partitions: readonly {
    readonly dataClass: DataClass;
    readonly partition: string;
    readonly events: number;
    readonly bytes: number;
    /** Smallest and largest `@timestamp`, epoch milliseconds. */
    readonly from: number;
    readonly to: number;
    /** Closed and sealed; events that came later may stand beside. Embedded store only. */
    readonly sealed?: boolean;
    /** Sealed files that were found damaged, whose events are missing. */
    readonly damaged?: readonly string[];
    /** It holds events that the archive gave back until then, epoch milliseconds. */
    readonly restoredUntil?: number;
  }[];
}

/** What a person does to alerts. Each is audited and can be undone. */
export type AlertAction =
  | { readonly action: 'acknowledge'; readonly note?: string }
  /** `to` is a user's id, or null for nobody; the status stays. */
  | { readonly action: 'assign'; readonly to: string | null; readonly note?: string }
  | { readonly action: 'close'; readonly reason: CloseReason; readonly note?: string }
  | { readonly action: 'reopen'; readonly note?: string }
  | { readonly action: 'note'; readonly note: string };

export interface AlertChange {
  /** Give it to `undo`. */
  readonly changeId: string;
  readonly changed: readonly AlertRow[];
  /** Ids given that do not exist, or that somebody has changed since the version given. */
  readonly conflicts: readonly string[];
}

/** `settled`: only how final it is has changed, or it was withdrawn. */
export type AlertEffect = {
  readonly alert: Alert;
  readonly effect: 'created' | 'joined' | 'reopened' | 'settled';
};

/**
 * Alerts, upserted by their deterministic id.
 *
 * Promise:
 * - `apply` is durable when it resolves, counts a match once however often it is given (see `joinAlert`), and answers
 *   only what changed.
 * - `replace` does the same for windows: what it says of an alert takes the place of what was said before (see
 *   `replaceFindings`); people's part of the alert stays.
 * - `change` is all or nothing per alert; an alert whose version differs from the one expected is a conflict, not lost.
 *   Only people's changes grow the version. Between a change and a match that joins, the order of writing decides: what
 *   joined before an alert was closed is closed with it, what joins after reopens it (see `withMoreFound`).
 * - Whoever changed an alert, and everybody else from then on, finds it changed.
 * - KQL over an alert sees: `id, title, rule.id, rule.level, engine, status, reason, assignee, summary, tags, count,
 *   host.name, user.name`, every field of the entity key, and the fields of its first event.
 */
export interface AlertStore {
  apply(matches: readonly EventMatch[]): Promise<AlertEffect[]>;
  replace(findings: readonly Findings[]): Promise<AlertEffect[]>;
  search(request: AlertSearch, scope: Scope): Promise<Page<AlertRow>>;
  count(request: Pick<AlertSearch, 'query' | 'range'>, scope: Scope): Promise<number>;
  histogram(
    request: Pick<AlertSearch, 'query' | 'range'> & {
      readonly stepMs: number;
      readonly split?: 'level' | 'status';
    },
    scope: Scope,
  ): Promise<Bucket[]>;
  /** Open, acknowledged and closed alerts by level, for the KPI strip and `alerts_open`. */
  totals(request: Pick<AlertSearch, 'query' | 'range'>, scope: Scope): Promise<readonly AlertTotal[]>;
  /** Groups of alerts by what they have in common. @throws GROUP_FIELD */
  groups(request: AlertGroupSearch, scope: Scope): Promise<AlertGroups>;
  get(id: string, scope: Scope): Promise<Alert | undefined>;
  /** Of some ids those that there are, in any order; in parts, since an alert's matches may be long. */
  getAll(ids: readonly string[], scope: Scope): AsyncIterable<readonly Alert[]>;
  change(
    ids: readonly { readonly id: string; readonly version?: number }[],
    action: AlertAction,
    /** By whom; an alert that it does not see is a conflict, as one that does not exist. */
    scope: Scope,
    /** Given again, as where an answer was lost, it changes nothing twice; a new one where it is absent. */
    changeId?: string,
  ): Promise<AlertChange>;
  /**
   * Puts back what a change changed of alerts that the scope sees, unless somebody changed it since (conflict). Possible
   * for 10 minutes; asked again, it changes nothing twice. @throws CHANGE_UNKNOWN, also where none of them is seen
   */
  undo(changeId: string, scope: Scope): Promise<AlertChange>;
  /** Changes of all that a query finds. */
  readonly jobs: AlertJobStore;
  /**
   * Confirms provisional alerts of an engine whose bucket ended at or before the watermark (epoch ms); answers how many.
   * Correlations say themselves when they are settled: theirs are confirmed long after, where nobody is left to say so.
   */
  confirmUpTo(watermark: number, engine: Engine): Promise<number>;
  /** Deletes every alert whose events are of the class; returns how many. */
  deleteClass(dataClass: DataClass): Promise<number>;
  /** Deletes what is past the time to live of alerts at `now`, and tells of it. */
  expire(now: number, tell: TellDeletion): Promise<void>;
  close(): Promise<void>;
}

export interface AlertSearch {
  readonly query?: KqlNode;
  /** Over the alert's last match. */
  readonly range: TimeRange;
  readonly sort: 'newest' | 'oldest' | 'severity';
  readonly limit: number;
  readonly after?: string;
}

export interface AlertGroupSearch extends Pick<AlertSearch, 'query' | 'range' | 'after'> {
  /** One to three fields of those that KQL sees, but for `message` and `event.original`. */
  readonly by: readonly string[];
  /** The most alerts first, or the newest last match; what is equal in one stands by the other. */
  readonly sort: 'count' | 'newest';
  /** 1 to 200. */
  readonly limit: number;
}

export interface AlertGroup {
  /**
   * In the order of the fields, as text: `7` and `"7"` are one; null where an alert has none of up to 8,191 characters. An alert with several values
   * of a field is in the group of each.
   */
  readonly values: readonly (string | null)[];
  readonly count: number;
  /** The highest. */
  readonly level: Level;
  /** How many of each; what there is none of is left out. */
  readonly levels: Partial<Readonly<Record<Level, number>>>;
  readonly statuses: Partial<Readonly<Record<Status, number>>>;
  /** The last match of all, epoch milliseconds. */
  readonly newest: number;
  /** Id of the alert that stands first, newest first. */
  readonly first: string;
}

export interface AlertGroups extends Page<AlertGroup> {
  /** Groups on all pages. */
  readonly total: number;
}

export interface AlertTotal {
  readonly level: string;
  readonly status: Status;
  readonly count: number;
}
