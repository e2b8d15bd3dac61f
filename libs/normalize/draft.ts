import type { Json, JsonObject } from '@tidewatch/event';
import type { RecordHints } from '@tidewatch/plugin';
import type { Classify } from './envelope.ts';
import type { Dispatch } from './parsers/dispatch.ts';
import type { WallClock } from './time.ts';
import { objectOf, type Written } from './written.ts';

/** What a source's parser understood of one record, before Tidewatch's own fields join it. */
export type Draft = FieldsDraft | WrittenDraft;

/** A draft as an object, which can be changed. */
export interface FieldsDraft extends DraftFacts {
  /** ECS fields, nested. `event` holds what the parser knows of category, type, action, outcome. */
  readonly fields: JsonObject;
}

/** A draft as JSON. */
export interface WrittenDraft extends DraftFacts {
  readonly written: Written;
}

interface DraftFacts {
  /** Data set, e.g. `linux.sshd`; the part before the dot is the module. */
  readonly dataset: string;
  /** When it happened, epoch milliseconds; undefined where the record doesn't say. */
  readonly time: number | undefined;
  /** When the source wrote it, epoch milliseconds, where it says. */
  readonly created?: number | undefined;
  readonly tags?: readonly Tag[];
  /** What stands in `event.original` for the record's text in the event of this id; nothing where it is empty. */
  readonly original?: (text: string, id: string) => string;
}

/** The draft as an object, for who adds to it. */
export function withFields(draft: Draft): FieldsDraft {
  if ('fields' in draft) return draft;
  const { written, ...facts } = draft;
  const { members, event, kind, tags } = written;
  const fields = objectOf(members);
  fields.event = objectOf(kind === undefined ? event : `${event},"kind":${kind}`);
  if (tags !== undefined) fields.tags = JSON.parse(tags) as Json;
  return { ...facts, fields };
}

/** Flags on an event (`tags`): something about the record that a reader must know. */
export type Tag =
  | 'invalid_utf8'
  | 'timestamp_missing'
  | 'timestamp_in_future'
  /** A field or message was longer than is kept outside `event.original`. */
  | 'truncated'
  /** A parser that claims the record could not read all of it; `error.message` says why. */
  | 'parser_failed';

/** What is counted beside outcomes. `wrong_type`: a field moved to `labels`; `hostile_key`: a key was left out. */
export type Warning = 'wrong_type' | 'hostile_key' | Tag;

/** What every parser gets beside the record. */
export interface ParseContext {
  /** Name of the input's source. */
  readonly source: string;
  /** When the input took the record, epoch milliseconds. */
  readonly received: number;
  readonly hints: RecordHints;
  readonly clock: WallClock;
  readonly warn: (warning: Warning) => void;
  /** Parsers from files. */
  readonly parsers: Dispatch;
  /** The record as it came; absent where there is none, as in tests of single steps. */
  readonly bytes?: Uint8Array;
  /** How many parsers handed on to this one. */
  readonly depth?: number;
  /** It came before and was set aside: what processors remember of it is no repetition. */
  readonly again?: boolean;
  /** What governance says of data sets; absent where it was asked already. */
  readonly classify?: Classify;
  /** Members of lists that were taken through steps so far, in all parsers of the record. */
  readonly spent?: { members: number };
}

/** How many parsers may hand a record on to one another. */
export const maxDepth = 4;

/** Longest message and line that parsers look at, in characters; `event.original` keeps the whole. */
export const maxText = 65_536;
