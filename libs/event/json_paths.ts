import { backslash, jsonText, quote, space, textBetween } from './json_bytes.ts';

/** A path that occurs in documents, and what came after it last. */
export interface JsonPath<Note> {
  readonly keys: readonly string[];
  /** The last of its keys, as JSON has it between its quotes. */
  readonly key: Uint8Array;
  readonly note: Note;
  /** By the hash of {@link JsonPath.key}; made with the first, as most paths have none below. */
  below: Map<number, JsonPath<Note>> | undefined;
  first: JsonPath<Note> | undefined;
  next: JsonPath<Note> | undefined;
}

/** Most paths that are remembered. Documents full of made-up keys must not fill the memory. */
export const maxPaths = 20_000;
const maxPathBytes = 8 * 1024 * 1024;
/** Keys that are tried before one is looked up by its text. */
const lookAhead = 4;

/**
 * Every path that was seen, as a tree, with what its reader notes on it. Documents of one source have the same keys in
 * the same order, so that most keys are found by comparing their bytes with those that came here last time.
 */
export class JsonPaths<Note> {
  root: JsonPath<Note>;
  private readonly noteOn: (keys: readonly string[]) => Note;
  private readonly textOf: typeof jsonText;
  private count = 0;
  private bytes = 0;

  /** @param textOf what a key stands for, which may throw */
  constructor(noteOn: (keys: readonly string[]) => Note, textOf: typeof jsonText = jsonText) {
    this.noteOn = noteOn;
    this.textOf = textOf;
    this.root = this.make([], Buffer.alloc(0));
  }

  /** Before each document: forgets all paths where they are too many. */
  makeRoom(): void {
    if (this.count < maxPaths && this.bytes < maxPathBytes) return;
    this.count = 0;
    this.bytes = 0;
    this.root = this.make([], Buffer.alloc(0));
  }

  /** The path whose key begins at `start`, if it is one of those that came after `last` before. */
  expected(
    bytes: Uint8Array,
    start: number,
    parent: JsonPath<Note>,
    last: JsonPath<Note> | undefined,
  ): JsonPath<Note> | undefined {
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
   * @param start where the key begins in `bytes`, behind its quote
   * @param end where it ends
   */
  below(
    parent: JsonPath<Note>,
    last: JsonPath<Note> | undefined,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): JsonPath<Note> {
    const path = this.known(parent, bytes, start, end) ?? this.learn(parent, bytes, start, end);
    if (last === undefined) parent.first = path;
    else if (last !== path) last.next = path;
    return path;
  }

  private known(parent: JsonPath<Note>, bytes: Uint8Array, start: number, end: number) {
    const path = parent.below?.get(hashOf(bytes, start, end));
    return path !== undefined && isKey(bytes, start, path.key) ? path : undefined;
  }

  private learn(parent: JsonPath<Note>, bytes: Uint8Array, start: number, end: number): JsonPath<Note> {
    const isPlain = bytes.subarray(start, end).every((byte) => byte >= space && byte !== backslash);
    const text = isPlain ? textBetween(bytes, start, end) : this.textOf(bytes, start, end);
    // One name may be written in many ways; a path goes by the usual one.
    const key = Buffer.from(`${isPlain ? text : JSON.stringify(text).slice(1, -1)}"`);
    const length = key.length - 1;
    const known = isPlain ? undefined : this.known(parent, key, 0, length);
    if (known !== undefined) return known;
    const path = this.make([...parent.keys, text], key.subarray(0, length));
    parent.below ??= new Map();
    parent.below.set(hashOf(key, 0, length), path);
    this.count++;
    for (const each of path.keys) this.bytes += each.length;
    return path;
  }

  private make(keys: readonly string[], key: Uint8Array): JsonPath<Note> {
    return { keys, key, note: this.noteOn(keys), below: undefined, first: undefined, next: undefined };
  }
}

/** FNV-1a (Fowler, Noll, Vo). */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash;
}

function isKey(bytes: Uint8Array, start: number, key: Uint8Array): boolean {
  const { length } = key;
  for (let i = 0; i < length; i++) if (bytes[start + i] !== key[i]) return false;
  return bytes[start + length] === quote;
}
