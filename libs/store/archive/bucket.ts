/**
 * Where an archive's objects lie: a folder or an S3-compatible bucket. Keys are names with `/` between.
 *
 * Promise: an object appears whole or not at all and is durable when `put` or `write` resolves; putting it again replaces
 * it. Deleting what is not there is no error. Everything rejects with ARCHIVE_UNREACHABLE where the place does not answer.
 */
export interface Bucket {
  /** What people know it by: a path or a URL, without secrets. */
  readonly place: string;
  /** Copies a file there. */
  put(key: string, path: string): Promise<void>;
  write(key: string, text: string): Promise<void>;
  /** Copies an object into a file, replacing it. @throws ARCHIVE_OBJECT_MISSING */
  get(key: string, path: string): Promise<void>;
  /** A small object's text; undefined where there is none. */
  read(key: string): Promise<string | undefined>;
  /** Keys that begin with a prefix, in order. */
  list(prefix: string): Promise<string[]>;
  delete(key: string): Promise<void>;
  close(): Promise<void>;
}
