import { hash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Outline, outlineOf } from './outline.ts';
import { lateDetections, type ParsedFile, parseRuleFile } from './parse.ts';
import type { Placeholders } from './placeholder.ts';
import type { SigmaRule } from './rule.ts';

/**
 * Remembers what rule files were parsed to, which is nearly all of the work of loading them: from one start to the next
 * in a file, from one load to the next in memory. Entries go by a digest of the text, so one can't be stale; a file that
 * is damaged, of another build of Tidewatch or of other placeholders, or not there counts as empty. Only what has rules
 * on single events and no fault is in the file, and of their detections only the outlines (decision record 33).
 */
export interface RuleCache {
  readonly format: string;
  /** As `parseRuleFile`. */
  parse(source: string, file: string): ParsedFile;
  /**
   * Writes what has been asked for since the cache was opened, if the file says anything else; after another load only if
   * it lacks much.
   *
   * @returns false where the file cannot be written
   */
  save(): Promise<boolean>;
  /** By file: what the next cache takes over. */
  readonly entries: ReadonlyMap<string, CacheEntry>;
  /** Digests of the texts that the file has. */
  readonly written: ReadonlySet<string>;
}

/** While rules are edited, each change is not worth writing thousands: at the next start so few are parsed at once. */
const mostUnwritten = 50;

interface CacheEntry {
  /** Digest of the file's text. */
  readonly key: string;
  readonly parsed: ParsedFile;
  /** It can be written into the cache's file. */
  readonly isKept: boolean;
}

const digest = (text: string | Uint8Array): string => hash('sha256', text, 'hex');

/**
 * @param file where the cache is kept; its folder is made when it is saved
 * @param given all that decides besides the text what is read in it, as JSON knows it: what `placeholders` were made of
 * @param before the cache of the load before
 */
export async function openRuleCache(
  file: string,
  placeholders: Placeholders,
  given: unknown,
  before?: RuleCache,
): Promise<RuleCache> {
  const format = `tidewatch-rules-3 ${digest(JSON.stringify([await build(), given]))}`;
  const ready = before?.format === format ? before.entries : new Map<string, CacheEntry>();
  const known = ready.size > 0 ? undefined : await readCache(file, format);
  let written = known === undefined ? (before?.written ?? new Set<string>()) : new Set(known.keys());
  const entries = new Map<string, CacheEntry>();

  function read(source: string, path: string): CacheEntry {
    const key = digest(source);
    const same = ready.get(path);
    if (same?.key === key) return same;
    const kept = known?.get(key);
    const rules = kept === undefined ? undefined : fromJson(kept, path, source, placeholders);
    if (rules !== undefined) return { key, isKept: true, parsed: { ...nothing, rules } };
    const parsed = parseRuleFile(source, path, placeholders);
    return { key, isKept: isWhole(parsed, source), parsed };
  }

  return {
    format,
    entries,
    get written() {
      return written;
    },
    parse(source, path) {
      const entry = read(source, path);
      entries.set(path, entry);
      return entry.parsed;
    },
    async save() {
      known?.clear();
      const used = keysOf(entries);
      let same = 0;
      for (const key of used) if (written.has(key)) same++;
      const differing = used.size - same + written.size - same;
      if (differing <= (ready.size === 0 ? 0 : mostUnwritten)) return true;
      written = used;
      return writeCache(file, format, entries.values());
    },
  };
}

function keysOf(entries: ReadonlyMap<string, CacheEntry>): Set<string> {
  const keys = new Set<string>();
  for (const { key, isKept } of entries.values()) if (isKept) keys.add(key);
  return keys;
}

const isWhole = ({ rules, correlations, filters, rejected }: ParsedFile, source: string): boolean =>
  correlations.length + filters.length + rejected.length === 0 &&
  rules.every((rule) => rule.source === source);

const nothing: ParsedFile = { rules: [], correlations: [], filters: [], rejected: [] };

/** A rule without what the reader of its file knows anyway, and of its detection the outline. */
type Kept = Omit<SigmaRule, 'file' | 'source' | 'detection'> & { readonly detection: Outline };

/** In ASCII, so that it takes a byte a character when it is read. */
const toJson = (rules: readonly SigmaRule[]): string =>
  JSON.stringify(
    rules.map(
      ({ file: _, source: __, detection, ...face }): Kept => ({ ...face, detection: outlineOf(detection) }),
    ),
  ).replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Undefined where it is no JSON, which only somebody can have written who knows the digest of it. */
function fromJson(
  kept: string,
  file: string,
  source: string,
  placeholders: Placeholders,
): SigmaRule[] | undefined {
  try {
    const detections = lateDetections(source, placeholders);
    // Completed in place: copies would take as long as all else.
    return (JSON.parse(kept) as Kept[]).map((rule) =>
      Object.assign(rule, { file, source, detection: detections(rule.document, rule.detection) }),
    );
  } catch {
    return undefined;
  }
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
  const text = body.toString('latin1');
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
