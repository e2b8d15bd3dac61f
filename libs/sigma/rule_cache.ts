import { hash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ParsedFile } from './parse.ts';
import type { Selection, SigmaRule } from './rule.ts';

/**
 * Remembers what rule files were parsed to, which is nearly all of the work of loading them: from one start to the next
 * in a file, from one load to the next in memory. Entries go by a digest of the text, so one can't be stale; a file that
 * is damaged, of another build of Tidewatch or of other placeholders, or not there counts as empty. Only what has rules
 * on single events and no fault is in the file.
 */
export interface RuleCache {
  readonly format: string;
  /** As `parseRuleFile`. */
  parse(source: string, file: string): ParsedFile;
  /**
   * Writes what has been asked for since the cache was opened, if the file says anything else.
   *
   * @returns whether the file is as it should be; false where it cannot be written
   */
  save(): Promise<boolean>;
  /** By file: what the next cache takes over. */
  readonly entries: ReadonlyMap<string, CacheEntry>;
}

interface CacheEntry {
  /** Digest of the file's text. */
  readonly key: string;
  readonly parsed: ParsedFile;
  /** It can be written into the cache's file. */
  readonly isKept: boolean;
}

/** An alias may name a whole map many times over: what merely looks like one is parsed each time. */
const anchor = /(?:^|[\s,[{])&\S/;

const digest = (text: string | Uint8Array): string => hash('sha256', text, 'hex');

/**
 * @param file where the cache is kept; its folder is made when it is saved
 * @param parse reads a rule file
 * @param given what else than the text decides what it reads: placeholders
 * @param before the cache of the load before
 */
export async function openRuleCache(
  file: string,
  parse: (source: string, file: string) => ParsedFile,
  given: unknown,
  before?: RuleCache,
): Promise<RuleCache> {
  const format = `tidewatch-rules-2 ${digest(JSON.stringify([await build(), given]))}`;
  const ready = before?.format === format ? before.entries : new Map<string, CacheEntry>();
  const known = ready.size > 0 ? undefined : await readCache(file, format);
  const written = known === undefined ? keysOf(ready) : new Set(known.keys());
  const entries = new Map<string, CacheEntry>();

  function read(source: string, path: string): CacheEntry {
    const key = digest(source);
    const same = ready.get(path);
    if (same?.key === key) return same;
    const kept = known?.get(key);
    if (kept !== undefined)
      return { key, isKept: true, parsed: { ...nothing, rules: fromJson(kept, path, source) } };
    const parsed = parse(source, path);
    return { key, isKept: isTree(parsed, source), parsed };
  }

  return {
    format,
    entries,
    parse(source, path) {
      const entry = read(source, path);
      entries.set(path, entry);
      return entry.parsed;
    },
    async save() {
      const used = keysOf(entries);
      const isSame = used.size === written.size && [...used].every((key) => written.has(key));
      known?.clear();
      return isSame || writeCache(file, format, entries.values());
    },
  };
}

function keysOf(entries: ReadonlyMap<string, CacheEntry>): Set<string> {
  const keys = new Set<string>();
  for (const { key, isKept } of entries.values()) if (isKept) keys.add(key);
  return keys;
}

const isTree = ({ rules, correlations, filters, rejected }: ParsedFile, source: string): boolean =>
  correlations.length + filters.length + rejected.length === 0 &&
  rules.every((rule) => rule.source === source) &&
  !anchor.test(source);

const nothing: ParsedFile = { rules: [], correlations: [], filters: [], rejected: [] };

/** Everything but what the reader of a file knows anyway. */
const toJson = (rules: readonly SigmaRule[]): string =>
  JSON.stringify(
    rules.map(({ source: _, file: __, detection, ...rule }) => ({
      ...rule,
      detection: { ...detection, selections: [...detection.selections] },
    })),
  );

interface Kept extends Omit<SigmaRule, 'source' | 'file' | 'detection'> {
  file?: string;
  source?: string;
  readonly detection: { selections: unknown };
}

/** Completed in place: copies would take as long as all else. */
function fromJson(kept: string, file: string, source: string): SigmaRule[] {
  const rules = JSON.parse(kept) as Kept[];
  for (const rule of rules) {
    rule.file = file;
    rule.source = source;
    rule.detection.selections = new Map(rule.detection.selections as [string, Selection][]);
  }
  return rules as unknown as SigmaRule[];
}

/**
 * What this code is, for another may understand rules in another way: all code beside this, which is Tidewatch's own,
 * bundled or not.
 */
async function build(): Promise<string> {
  const folder = dirname(fileURLToPath(import.meta.url));
  const names = (await readdir(folder, { recursive: true }))
    .filter((name) => /\.[cm]?[jt]s$/.test(name))
    .sort();
  const files = await Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(folder, name));
      return `${name} ${size} ${mtimeMs}`;
    }),
  );
  return digest(files.join('\n'));
}

/** A line with the format and the digest of the rest, then a line for each text: its digest and its rules. */
async function readCache(file: string, format: string): Promise<Map<string, string>> {
  const known = new Map<string, string>();
  const bytes = await readFile(file).catch(() => Buffer.alloc(0));
  const end = bytes.indexOf('\n') + 1;
  const body = bytes.subarray(end);
  if (bytes.toString('utf8', 0, end) !== heading(format, body)) return known;
  const text = body.toString();
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf('\n', at);
    const key = text.indexOf(' ', at);
    known.set(text.slice(at, key), text.slice(key + 1, next));
    at = next + 1;
  }
  return known;
}

const heading = (format: string, body: string | Uint8Array): string => `${format} ${digest(body)}\n`;

async function writeCache(file: string, format: string, entries: Iterable<CacheEntry>): Promise<boolean> {
  const lines = new Map<string, string>();
  for (const { key, isKept, parsed } of entries)
    if (isKept && !lines.has(key)) lines.set(key, `${key} ${toJson(parsed.rules)}\n`);
  const body = [...lines.values()].join('');
  const written = `${file}.${randomUUID()}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(written, 'wx', 0o600);
    await handle.writeFile(heading(format, body) + body).finally(() => handle.close());
    await rename(written, file);
    return true;
  } catch {
    // A cache is a help, not a need: rules load without it.
    await rm(written, { force: true }).catch(() => undefined);
    return false;
  }
}
