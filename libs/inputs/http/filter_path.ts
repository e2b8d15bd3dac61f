import { nameMatches } from '../names.ts';

/** What of a `_bulk` answer its sender wants to see. */
export interface BulkFilter {
  keeps(member: 'took' | 'errors'): boolean;
  keepsOfItem(verb: string, member: string): boolean;
}

const all: BulkFilter = { keeps: () => true, keepsOfItem: () => true };

/**
 * Reads `filter_path`, which shippers use to be told of failures only: paths such as `errors,items.*.status`, where
 * `*` at the end of a name stands for any rest. Deeper paths keep the whole member (`items.*.error.type` all of
 * `error`), and one that excludes (`-items`) or goes to any depth (`**`) is answered with everything.
 */
export function parseFilterPath(text: unknown): BulkFilter {
  if (typeof text !== 'string' || text === '' || /(^|,)\s*-|\*\*/.test(text)) return all;
  const paths = text.split(',').map((path) => path.trim().split('.'));
  const matches = (path: readonly string[], at: number, name: string): boolean =>
    nameMatches(path[at] ?? '*', name);
  const itemPaths = paths.filter((path) => matches(path, 0, 'items'));
  return {
    keeps: (member) => paths.some((path) => path.length === 1 && matches(path, 0, member)),
    keepsOfItem: (verb, member) =>
      itemPaths.some((path) => matches(path, 1, verb) && matches(path, 2, member)),
  };
}
