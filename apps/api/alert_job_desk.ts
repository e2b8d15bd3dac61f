import type { KqlNode } from '@tidewatch/query';
import type { AlertAction, AlertJob, Scope, TimeRange } from '@tidewatch/store';

/** Where changes of all alerts that a query finds are asked for; they go on after the answer, and after a restart. */
export interface AlertJobDesk {
  start(request: {
    readonly filter: { readonly text: string; readonly query?: KqlNode; readonly range: TimeRange };
    readonly action: AlertAction;
    /** Who asks: the change reaches what they may see. */
    readonly scope: Scope;
    /** Why, as they say. */
    readonly why?: string;
    /** Of the job; where there is one of it, that is answered and none begun. */
    readonly id?: string;
  }): Promise<AlertJob>;
  /** Takes back what a job changed, as a job, and as the same if asked again; `refused` where that has not ended, or undoes one itself. */
  undo(id: string, by: string): Promise<AlertJob | 'unknown' | 'refused'>;
  /** Newest first. */
  list(): Promise<readonly AlertJob[]>;
  get(id: string): Promise<AlertJob | undefined>;
  /** `refused` where it has ended. */
  cancel(id: string): Promise<AlertJob | 'unknown' | 'refused'>;
}
