import { undoWindowMs } from './alert_changes.ts';
import type { Deletion } from './deletion.ts';

/** What the alert store deletes since its time to live is over. */
export const expiredOf = (what: string, records: number): Deletion => ({
  ...{ keeper: 'alert store', dataClass: 'alerts', what, records },
});

/** What it keeps to undo single changes by, and only for as long as they can be. */
export const undoExpired = (records: number): Deletion => ({
  ...expiredOf('what alerts were before single changes', records),
  reason: `past the ${undoWindowMs / 60_000} minutes in which a change can be undone`,
});
