import type { Scope, TimeRange } from '@tidewatch/store';
import type { z } from 'zod';
import type { DeepReadonly } from './deps.ts';
import type * as schemas from './schemas/detectors.ts';

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
