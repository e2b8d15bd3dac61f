/** Where a document is: one of the folders it was opened with, and a name of up to 128 letters, digits, `_` and `-`. */
export interface DocumentKey {
  readonly folder: string;
  readonly name: string;
}

export interface DocumentChange extends DocumentKey {
  /** What it says from now on; null deletes it. */
  readonly text: string | null;
}

/** Whether a document is as whoever changes it believes; undefined where there is none. */
export type Expected = (text: string | undefined) => boolean;

/**
 * Documents that people write, such as rules. Each is a file `NAME.yml` in a folder of this process, so that whoever
 * reads the folder has it.
 *
 * Promise:
 * - `write` resolves when all its changes are durable, and in this process' folder. It is atomic to the caller: all are
 *   made or it rejects; after a crash those at the beginning may be made, and those behind them not.
 * - Where several processes share the documents, each has a change in its folder soon after (within a second), and what
 *   changed while it was down before it is opened.
 * - A file that somebody else put into the folder is left alone, until a document of its name is written or deleted.
 */
export interface Documents {
  /** Whether other processes have them, too. */
  readonly shared: boolean;
  /** The file that it is in, or would be. */
  file(key: DocumentKey): string;
  /** The document that a file is; undefined for a file that is none. */
  keyOf(file: string): DocumentKey | undefined;
  read(key: DocumentKey): Promise<string | undefined>;
  /**
   * @param expected asked of the last of the changes
   * @returns false where that is not as expected any more: then nothing has changed
   */
  write(changes: readonly DocumentChange[], expected?: Expected): Promise<boolean>;
  /** Lets what is under way finish. Idempotent. */
  close(): Promise<void>;
}

export interface DocumentPlaces {
  readonly directory: string;
  /** Below the directory, e.g. `rules` and `rules/.before`. */
  readonly folders: readonly string[];
}
