import type { Detecting, EngineState, Taken } from './engine.ts';
import type { EntitiesAsked, EntityRow, Said } from './kept.ts';

/** What the detectors' thread is started with. */
export interface ThreadData {
  /** The file of what they learn, see `openKept`. */
  readonly file: string;
}

export type Request =
  | { readonly ask: 'load'; readonly detecting: Detecting }
  | { readonly ask: 'take'; readonly taken: Taken }
  | { readonly ask: 'advance'; readonly time: number }
  | { readonly ask: 'save' | 'state' | 'close' }
  | { readonly ask: 'quiet'; readonly now: number }
  | { readonly ask: 'entities'; readonly detector: string; readonly asked: EntitiesAsked }
  | {
      readonly ask: 'said';
      readonly detector: string;
      readonly values: readonly string[];
      readonly classes: EntitiesAsked['classes'];
    }
  | { readonly ask: 'classes'; readonly detector: string }
  | { readonly ask: 'forget'; readonly detector: string; readonly dataClass: string }
  | { readonly ask: 'due' | 'expire'; readonly dataClass: string; readonly before: number };

export interface Answers {
  /** The positions that the file stands for. */
  readonly load: ReadonlyMap<number, number>;
  /** What was found comes in parts before it. */
  readonly take: undefined;
  readonly advance: undefined;
  readonly save: ReadonlyMap<number, number>;
  readonly state: EngineState;
  readonly quiet: readonly string[];
  readonly entities: readonly EntityRow[] | undefined;
  readonly said: readonly Said[] | undefined;
  readonly classes: Readonly<Record<string, number>>;
  readonly forget: number;
  readonly due: number;
  readonly expire: number;
  readonly close: undefined;
}
