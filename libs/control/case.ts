import type { CloseReason, DataClass, Level } from '@tidewatch/event';

export const caseStatuses = ['open', 'in_progress', 'closed'] as const;
export type CaseStatus = (typeof caseStatuses)[number];

/** A case holds no more alerts than this. */
export const mostAlertsInCase = 10_000;
/** Whoever made a change takes it back until so long after, milliseconds. */
export const caseUndoMs = 10 * 60_000;

/** What people work on together. Times are epoch milliseconds. */
export interface Case {
  readonly id: string;
  readonly title: string;
  readonly status: CaseStatus;
  readonly severity: Level;
  /** A user's id. */
  readonly owner: string | null;
  readonly createdAt: number;
  readonly createdBy: string;
  /** Of the last change of any kind. */
  readonly updatedAt: number;
  /** Grows by one with each change of title, status, severity or owner; alerts and notes join without. */
  readonly version: number;
  /** How many are in it, whether the reader sees them or not. */
  readonly alerts: number;
}

export type CaseFields = Pick<Case, 'title' | 'status' | 'severity' | 'owner'>;

/** What a case keeps of an alert: where to find it, and who may know. */
export interface AlertRef {
  readonly id: string;
  readonly dataClass: DataClass;
}

export interface CaseAlert extends AlertRef {
  readonly at: number;
  readonly by: string;
}

/** One thing that somebody did. */
export interface CaseEntry {
  readonly id: string;
  readonly at: number;
  readonly by: string;
  readonly action: 'opened' | 'changed' | 'added' | 'removed' | 'noted';
  readonly detail: CaseDetail;
  /** It was taken back; of a note the text is gone. */
  readonly undone: boolean;
}

export interface CaseDetail {
  /** Before and after, of what was changed. */
  readonly fields?: { readonly [K in keyof CaseFields]?: readonly [CaseFields[K], CaseFields[K]] };
  /** How many were added, removed, or closed with the case. */
  readonly alerts?: number;
  /** Why these were closed. */
  readonly reason?: CloseReason;
  readonly note?: string;
}

export interface CaseChange {
  readonly case: Case;
  /** Give it to `undo`; absent where nothing was left to do. */
  readonly changeId?: string;
}

/** Who asks, and of which classes they see alerts. */
export interface CaseReader {
  readonly principal: string;
  readonly dataClasses: 'all' | readonly DataClass[];
}

/**
 * Cases: what people say, and references to alerts, which stay where alerts are kept.
 *
 * Promise:
 * - Whatever resolved is durable.
 * - Titles and notes tell of alerts. So who sees only some classes finds a case where it has an alert of theirs or none
 *   yet, or they opened or own it; others are `CASE_UNKNOWN` to them.
 * - A change of fields is made to the version it names, else `CASE_CHANGED`. Alerts and notes conflict with nothing.
 * - `undo` puts back what one change did, for whoever made it, within {@link caseUndoMs}; of fields, unless they were changed since.
 */
export interface CaseStore {
  open(
    fields: Omit<CaseFields, 'status'> & { readonly alerts: readonly AlertRef[] },
    by: string,
  ): Promise<CaseChange>;
  /** @throws CASE_UNKNOWN */
  get(id: string, reader: CaseReader): Promise<Case>;
  /**
   * Changed last first.
   *
   * @param request.limit 1 to 1,000
   * @param request.alert only those with this alert
   * @param request.matches only those that it says so of
   */
  list(
    request: {
      readonly limit: number;
      readonly after?: string;
      readonly alert?: string;
      readonly matches?: (one: Case) => boolean;
    },
    reader: CaseReader,
  ): Promise<{ readonly items: readonly Case[]; readonly next?: string }>;
  /** Oldest first. @throws CASE_UNKNOWN */
  history(id: string, reader: CaseReader): Promise<readonly CaseEntry[]>;
  /** In the order in which they were added, of all classes. @throws CASE_UNKNOWN */
  alerts(
    id: string,
    request: { readonly limit: number; readonly after?: string },
    reader: CaseReader,
  ): Promise<{ readonly items: readonly CaseAlert[]; readonly next?: string }>;
  /** @throws CASE_UNKNOWN, CASE_CHANGED */
  change(
    id: string,
    request: { readonly version: number; readonly set: Partial<CaseFields> },
    reader: CaseReader,
  ): Promise<CaseChange>;
  /**
   * Adds alerts that are not in it yet.
   *
   * @param change an earlier addition that this one belongs to, so that both are taken back together
   * @throws CASE_UNKNOWN, CASE_FULL; CASE_CHANGE_UNDONE where `change` was taken back
   */
  add(
    id: string,
    alerts: readonly AlertRef[],
    reader: CaseReader,
    change?: string,
  ): Promise<CaseChange & { readonly added: number }>;
  /** Takes out alerts that the reader may see. @throws CASE_UNKNOWN */
  remove(
    id: string,
    alerts: readonly string[],
    reader: CaseReader,
  ): Promise<CaseChange & { readonly removed: number }>;
  /** @throws CASE_UNKNOWN */
  note(id: string, note: string, reader: CaseReader): Promise<CaseChange>;
  /** Notes which alerts were closed with a case, by which of their own changes. */
  closedWith(
    change: string,
    closed: { readonly reason: CloseReason; readonly alerts: number; readonly changes: readonly string[] },
  ): Promise<void>;
  /**
   * @returns the case as it is then, absent where it was opened by that change; and the changes of alerts that went with it
   * @throws CASE_CHANGE_UNKNOWN, CASE_CHANGE_UNDONE, CASE_CHANGED
   */
  undo(
    change: string,
    reader: CaseReader,
  ): Promise<{ readonly case?: Case; readonly alertChanges: readonly string[] }>;
  /** How many cases nobody changed since `time`. */
  due(time: number): number;
  /** Deletes cases that nobody changed since `time`, with all that was said in them; answers how many. */
  expire(time: number): Promise<number>;
}
