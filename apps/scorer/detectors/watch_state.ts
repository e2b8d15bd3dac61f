/** How a detector stands. Times are epoch milliseconds. */
export interface WatchState {
  /** Events that fit its filter and have an entity, since it began. */
  readonly events: number;
  /** Of the newest of these; null before the first. */
  readonly newest: number | null;
  /** Since when it looks. */
  readonly since: number;
  /** Events whose interval was over. */
  readonly late: number;
  /** Events of entities beyond the limit. */
  readonly leftOut: number;
  /** Entities known, and those of them that are not put aside. */
  readonly known: number;
  readonly active: number;
  /** Active ones whose intervals are graded, and how many intervals the furthest was told. */
  readonly graded: number;
  readonly furthest: number;
  readonly results: number;
  readonly alerts: number;
  /** End of the last odd interval; null before the first. */
  readonly lastResult: number | null;
}
