import { type FetchedMessage, headersOf } from './protocol.ts';

/** Of a change that counts only where a document still is as its writer saw it: the offset of its last change, and its path. */
const conditionHeader = 'if-version';
/** The version of what was never written or is deleted, since a deletion is compacted away in the end. */
const none = -1;

/** What a topic of documents says, up to an offset. */
export interface DocumentVersions {
  /** By path. */
  readonly texts: ReadonlyMap<string, string>;
  readonly next: number;
  /**
   * Paths whose last record does not count. Compaction keeps the last one only, so that what counts must be written
   * again behind it.
   */
  readonly overtaken: ReadonlySet<string>;
  /** Takes the next record; false where it does not count, since another writer was quicker. */
  take(message: Pick<FetchedMessage, 'offset' | 'key' | 'value' | 'headers'>): boolean;
  /** Everything before this offset was taken. */
  moveTo(next: number): void;
  /** Headers of a change that counts only while this document is as it is now. */
  condition(path: string): Readonly<Record<string, string>>;
}

/**
 * Every reader of a topic comes to the same versions: each record counts or does not by those before it. A document
 * that is not known at all fulfils any condition: its earlier versions were compacted away.
 */
export function createDocumentVersions(): DocumentVersions {
  const texts = new Map<string, string>();
  const versions = new Map<string, number>();
  const overtaken = new Set<string>();
  let next = 0;

  function counts(condition: string | undefined): boolean {
    if (condition === undefined) return true;
    const blank = condition.indexOf(' ');
    const version = versions.get(condition.slice(blank + 1));
    return version === undefined || version === Number(condition.slice(0, blank));
  }

  /** A write's records share one condition, and the document that it is about comes last. */
  function take({ offset, key, value, headers }: Parameters<DocumentVersions['take']>[0]): boolean {
    const path = key?.toString() ?? '';
    if (!counts(headersOf(headers, (bytes) => bytes.toString())[conditionHeader])) {
      overtaken.add(path);
      return false;
    }
    overtaken.delete(path);
    versions.set(path, value === null ? none : Number(offset));
    if (value === null) texts.delete(path);
    else texts.set(path, value.toString());
    return true;
  }

  return {
    texts,
    overtaken,
    get next() {
      return next;
    },
    take,
    moveTo(to) {
      next = to;
    },
    condition: (path) => ({ [conditionHeader]: `${versions.get(path) ?? none} ${path}` }),
  };
}
