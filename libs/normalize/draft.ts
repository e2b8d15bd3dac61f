import type { JsonObject } from '@tidewatch/event';
import type { RecordHints } from '@tidewatch/plugin';
import type { WallClock } from './time.ts';
import type { Shape } from './written.ts';

/** What a source's parser understood of one record, before Tidewatch's own fields join it. */
export interface Draft {
  /** Data set, e.g. `linux.sshd`; the part before the dot is the module. */
  readonly dataset: string;
  /** When it happened, epoch milliseconds; undefined where the record doesn't say. */
  readonly time: number | undefined;
  /** When the source wrote it, epoch milliseconds, where it says. */
  readonly created?: number | undefined;
  /** ECS fields, nested. `event` holds what the parser knows of category, type, action, outcome. */
  readonly fields: JsonObject;
  readonly tags?: readonly Tag[];
  /** Where `fields` has a shape that can be written as JSON without looking for what it holds. */
  readonly shape?: Shape | undefined;
}

/** Flags on an event (`tags`): something about the record that a reader must know. */
export type Tag =
  | 'invalid_utf8'
  | 'timestamp_missing'
  | 'timestamp_in_future'
  /** A field or message was longer than is kept outside `event.original`. */
  | 'truncated';

/** What is counted beside outcomes. `wrong_type`: a field moved to `labels`; `hostile_key`: a key was left out. */
export type Warning = 'wrong_type' | 'hostile_key' | Tag;

/** What every parser gets beside the record. */
export interface ParseContext {
  /** When the input took the record, epoch milliseconds. */
  readonly received: number;
  readonly hints: RecordHints;
  readonly clock: WallClock;
  readonly warn: (warning: Warning) => void;
}

/** Longest message and line that parsers look at, in characters; `event.original` keeps the whole. */
export const maxText = 65_536;
