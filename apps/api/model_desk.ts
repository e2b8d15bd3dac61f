import type { Scope, TimeRange } from '@tidewatch/store';
import type { z } from 'zod';
import type { DeepReadonly } from './deep_readonly.ts';
import type * as schemas from './schemas/models.ts';

type Shown<S extends z.ZodType> = DeepReadonly<z.input<S>>;
export type ModelRow = Shown<typeof schemas.modelList>['models'][number];
export type ModelDetail = Shown<typeof schemas.modelDetail>;
export type ModelBacktested = Shown<typeof schemas.modelBacktest>;
export type ModelChanged = Shown<typeof schemas.modelChanged>;

/** A version of a model, by both names. */
export interface VersionAsked {
  readonly name: string;
  readonly version: string;
}

export interface ChangeAsked {
  readonly by: string;
  readonly why: string;
}

/** Models and their lives. It throws typed errors for what is not there, refused or not to be changed. */
export interface ModelDesk {
  list(): Promise<readonly ModelRow[]>;
  get(name: string): Promise<ModelDetail>;
  /** Takes the next part of a file of a version that is to be added; answers how many bytes of it are there. */
  upload(
    asked: VersionAsked & { readonly file: string; readonly offset: number; readonly content: Buffer },
  ): Promise<number>;
  /** Adds the version whose files were uploaded, as a candidate. */
  add(asked: VersionAsked): Promise<ModelRow>;
  /** @param asked.events to look at, at most: beyond that a sample that lies evenly in the range */
  backtest(
    asked: VersionAsked & { readonly range: TimeRange; readonly events: number; readonly scope: Scope },
  ): Promise<ModelBacktested>;
  promote(
    asked: VersionAsked &
      ChangeAsked & {
        readonly to: 'shadow' | 'live';
        readonly force: boolean;
        readonly events: number;
        readonly scope: Scope;
      },
  ): Promise<ModelChanged>;
  /** Makes the version live that was before. */
  rollback(asked: { readonly name: string } & ChangeAsked): Promise<ModelRow>;
  retire(asked: VersionAsked & ChangeAsked): Promise<ModelRow>;
}
