import type { JsonObject } from '@tidewatch/event';
import type { DeepReadonly } from './deep_readonly.ts';
import type { Exception, ExceptionBody, ExceptionMade } from './schemas/index.ts';

export type ExceptionOutcome =
  | ({ readonly ok: true } & DeepReadonly<ExceptionMade>)
  | { readonly ok: false; readonly why: string };

/** Where exceptions from rules are kept. */
export interface ExceptionDesk {
  /** Newest first, also those that expired or have a fault. */
  list(): Promise<DeepReadonly<Exception[]>>;
  /**
   * Whether an event that a rule matched would match none any more, with an exception of these conditions; or one
   * sentence for people on why that can't be told.
   */
  preview(
    asked: DeepReadonly<Pick<ExceptionBody, 'rules' | 'conditions'>>,
  ): Promise<{ ok: true; hides: (event: JsonObject) => boolean } | { ok: false; why: string }>;
  /** Durable when it resolves, and then in force within seconds; or one sentence for people on why it can't be. */
  add(asked: DeepReadonly<ExceptionBody> & { readonly by: string }): Promise<ExceptionOutcome>;
  /** False where its file holds more than it. */
  remove(id: string): Promise<boolean>;
}
