import { stringBetween } from '@tidewatch/event/json_bytes';
import { type JsonPath, JsonPaths, maxPaths } from '@tidewatch/event/json_paths';
import { wordKey } from '@tidewatch/query';

export { maxPaths };

/** A column that the value at a path goes to. */
export interface Target {
  readonly keys: readonly string[];
  readonly type: 'text' | 'number';
  readonly column: number;
  /** The column of the address key, for fields that hold addresses. */
  readonly keyColumn?: number;
}

/** A string of a column: between its quotes. */
export interface Place {
  readonly target: Target;
  readonly start: number;
  readonly end: number;
}

/** What a path means to the store. */
interface PathNote {
  /** With dots. */
  readonly path: string;
  /** The column that its value goes to. */
  readonly target: Target | undefined;
  /** Its texts are among those that a query without a field looks at. */
  readonly inWords: boolean;
  /** What says in the words that a value is its; empty where a column does. */
  readonly wordKey: Uint8Array;
  /** Number of the batch that it was told of last. */
  told: number;
}

export type Path = JsonPath<PathNote>;

/** Nobody completes a longer one, and nobody asks for it by a pattern. */
const maxPathLength = 1_000;

/** Every path that was seen; and those of one batch, to be told of. */
export class DocumentPaths extends JsonPaths<PathNote> {
  private batch = 1;
  private told = new Set<string>();

  constructor(targets: readonly Target[]) {
    const byKeys = new Map(targets.map((target) => [JSON.stringify(target.keys), target]));
    super((keys) => {
      const path = keys.join('.');
      const inWords = path !== 'message' && path !== 'event.original';
      const target = byKeys.get(JSON.stringify(keys));
      const hasColumn = target !== undefined || path === '@timestamp';
      const key = Buffer.from(hasColumn ? '' : wordKey(keys));
      return { path, target, inWords, wordKey: key, told: 0 };
    }, stringBetween);
  }

  /** Begins another batch. */
  begin(): void {
    this.told = new Set();
    this.batch++;
  }

  /** The paths told of in this batch. */
  get paths(): string[] {
    return [...this.told];
  }

  tell({ note }: Path): void {
    if (note.told === this.batch) return;
    note.told = this.batch;
    if (this.told.size < maxPaths && note.path.length <= maxPathLength) this.told.add(note.path);
  }
}
