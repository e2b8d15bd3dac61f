import type { CloseReason } from '@tidewatch/event';
import type { Scope, TimeRange } from '@tidewatch/store';
import type { z } from 'zod';
import type { DeepReadonly } from './deep_readonly.ts';
import type * as schemas from './schemas/detectors.ts';

type Read<Schema extends z.ZodType> = DeepReadonly<z.infer<Schema>>;
type AnomalyItem = Read<typeof schemas.detectorHistory>['items'][number];

/** What a detector found of late, and why alerts of it were closed, by their id. */
export interface DetectorPast {
  readonly results: readonly AnomalyItem[];
  readonly verdicts: ReadonlyMap<string, CloseReason>;
}

/** Detectors of anomalies: where they are read, written, and run over stored events. */
export interface DetectorDesk {
  list(): Promise<DeepReadonly<z.infer<typeof schemas.detectorList>>>;
  get(id: string): Promise<DeepReadonly<z.infer<typeof schemas.detectorDetail>> | undefined>;
  /** Durable and in force when it resolves, or why it can't be. */
  put(
    id: string,
    source: string,
  ): Promise<
    | { readonly ok: true; readonly detector: DeepReadonly<schemas.DetectorRow> }
    | { readonly ok: false; readonly why: string }
  >;
  /** What it has learnt goes, too. `read_only`: it was not written through the API. */
  remove(id: string): Promise<'removed' | 'unknown' | 'read_only'>;
  /** What one would take, before it is written. */
  estimate(
    source: string,
  ):
    | { readonly ok: true; readonly estimate: Read<typeof schemas.detectorEstimate> }
    | { readonly ok: false; readonly why: string };
  /** Id of the alert that an interval is in, or would be. Undefined where there is no such detector. */
  alertOf(id: string, interval: Pick<AnomalyItem, 'entity' | 'from'>): string | undefined;
  /** Those with the newest events. @param text part of one of its values */
  entities(
    id: string,
    asked: { readonly text?: string; readonly limit: number },
    scope: Scope,
  ): Promise<Read<typeof schemas.detectorEntities> | 'unknown' | 'off'>;
  /** The last intervals of an entity. */
  series(
    id: string,
    entity: readonly string[],
    scope: Scope,
  ): Promise<Read<typeof schemas.detectorSeries> | 'unknown' | 'off' | 'no_entity'>;
  /** What people said is normal of its entities, newest first; undefined where there is no such detector. */
  normal(id: string): readonly DeepReadonly<schemas.NormalRow>[] | undefined;
  /** Durable and in force when it resolves. */
  addNormal(
    id: string,
    asked: Read<typeof schemas.normalBody> & { readonly by: string },
  ): Promise<
    | { readonly ok: true; readonly normal: DeepReadonly<schemas.NormalRow> }
    | { readonly ok: false; readonly why: string }
    | 'unknown'
  >;
  removeNormal(id: string, normal: string): Promise<void>;
  /** What it would have made of the past. */
  effect(
    id: string,
    asked: Read<typeof schemas.normalEffectBody>,
    past: DetectorPast,
  ): DeepReadonly<schemas.DetectorEffect> | undefined;
  /** Changes that verdicts speak for. */
  suggestions(
    id: string,
    past: DetectorPast,
  ): readonly DeepReadonly<schemas.DetectorSuggestion>[] | undefined;
  /** Queues a run; it goes on after the answer. `busy`: too many wait. */
  start(asked: {
    readonly id: string;
    readonly range: TimeRange;
    /** Who asks: the run sees what they may. */
    readonly scope: Scope;
  }): DeepReadonly<schemas.DetectorRun> | 'unknown' | 'busy';
  job(id: string): DeepReadonly<schemas.DetectorRun> | undefined;
  /** False where there is nothing to end. */
  cancel(id: string): boolean;
}
