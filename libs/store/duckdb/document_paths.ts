import { quote } from './json_bytes.ts';

/** A column that the value at a path goes to. */
export interface Target {
  readonly keys: readonly string[];
  readonly type: 'text' | 'number';
  readonly column: number;
  /** The column of the address key, for fields that hold addresses. */
  readonly keyColumn?: number;
}

/** A dotted path that occurs in documents, and what came after it last. */
export interface Path {
  readonly path: string;
  readonly keys: readonly string[];
  /** The key as JSON has it between its quotes. */
  readonly key: Uint8Array;
  readonly below: Map<string, Path>;
  /** The column that its value goes to. */
  readonly target: Target | undefined;
  /** Its texts are among those that a query without a field looks at. */
  readonly inWords: boolean;
  first: Path | undefined;
  next: Path | undefined;
  /** Number of the batch that it was told of last. */
  told: number;
}

/** Most paths that are remembered. Documents full of made-up keys must not fill the memory. */
export const maxPaths = 20_000;
const maxPathBytes = 8 * 1024 * 1024;
/** Nobody completes a longer one, and nobody asks for it by a pattern. */
const maxPathLength = 1_000;
/** Keys that are tried before one is looked up by its text. */
const lookAhead = 4;

/**
 * Every path that was seen, as a tree. Documents of one source have the same keys in the same order, so that most keys
 * are found by comparing their bytes with those that came here last time.
 */
export class DocumentPaths {
  root: Path;
  private readonly targets: ReadonlyMap<string, Target>;
  private known = 0;
  private knownBytes = 0;
  private batch = 1;
  private told = new Set<string>();

  constructor(targets: readonly Target[]) {
    this.targets = new Map(targets.map((target) => [JSON.stringify(target.keys), target]));
    this.root = this.make([], Buffer.alloc(0));
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

  /** Before each document: makes room. */
  makeRoom(): void {
    if (this.known < maxPaths && this.knownBytes < maxPathBytes) return;
    this.known = 0;
    this.knownBytes = 0;
    this.root = this.make([], Buffer.alloc(0));
  }

  tell(path: Path): void {
    if (path.told === this.batch) return;
    path.told = this.batch;
    if (this.told.size < maxPaths && path.path.length <= maxPathLength) this.told.add(path.path);
  }

  /** The path whose key begins at `start`, if it is one of those that came after `last` before. */
  expected(bytes: Uint8Array, start: number, parent: Path, last: Path | undefined): Path | undefined {
    let path = last === undefined ? parent.first : last.next;
    for (let tries = 0; path !== undefined && tries < lookAhead; tries++) {
      if (isKey(bytes, start, path.key)) return path;
      path = path.next;
    }
    return undefined;
  }

  /**
   * The path of a key that was not expected.
   *
   * @param key the key as JSON has it between its quotes
   * @param text what that stands for
   */
  below(parent: Path, last: Path | undefined, key: Uint8Array, text: string): Path {
    let path = parent.below.get(text);
    if (path === undefined) {
      path = this.make([...parent.keys, text], Uint8Array.from(key));
      parent.below.set(text, path);
      this.known++;
      this.knownBytes += path.path.length;
    }
    if (last === undefined) parent.first = path;
    else if (last !== path) last.next = path;
    return path;
  }

  private make(keys: readonly string[], key: Uint8Array): Path {
    const path = keys.join('.');
    const target = this.targets.get(JSON.stringify(keys));
    const inWords = path !== 'message' && path !== 'event.original';
    return { path, keys, key, below: new Map(), target, inWords, first: undefined, next: undefined, told: 0 };
  }
}

function isKey(bytes: Uint8Array, start: number, key: Uint8Array): boolean {
  const { length } = key;
  for (let i = 0; i < length; i++) if (bytes[start + i] !== key[i]) return false;
  return bytes[start + length] === quote;
}
