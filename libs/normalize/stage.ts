import type { Draft } from './draft.ts';

/** What a stage knows of an event beside its fields. */
export interface StageContext {
  readonly source: string;
  /** The class that governance gives it. */
  readonly dataClass: string;
  /** When the input took it, epoch milliseconds. */
  readonly received: number;
}

/**
 * What events pass one after the other between their parser and their envelope: joins, enrichment, pseudonyms. Answers
 * the draft itself where there is nothing to add, so that what frequent lines' parsers wrote goes on as it is; else one
 * made of `withFields`. Synchronous, and never throws on what an event holds.
 */
export interface Stage {
  readonly name: string;
  readonly apply: (draft: Draft, context: StageContext) => Draft;
  /** Resolves when what the events so far need beside them is durable; waited for before they are appended. */
  readonly settle?: () => Promise<void>;
}
