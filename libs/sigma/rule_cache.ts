import { hash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ParsedFile } from './parse.ts';
import type { Selection, SigmaRule } from './rule.ts';

/**
 * Remembers what rule files were parsed to, which is nearly all of the work of loading them. Entries go by a digest of
 * the text, so one can't be stale; a file that is damaged, of another build of Tidewatch or of other placeholders, or
 * not there counts as empty. Only files that have rules on single events and no fault are remembered.
 */
export interface RuleCache {
  /** As `parseRuleFile`. */
  parse(source: string, file: string): ParsedFile;
  /**
   * Writes what has been asked for since the cache was opened, if the file says anything else.
   *
   * @returns whether the file is as it should be; false where it cannot be written
   */
  save(): Promise<boolean>;
}

/** An alias may name a whole map many times over: what merely looks like one is parsed each time. */
const anchor = /(?:^|[\s,[{])&\S/;

const digest = (text: string | Uint8Array): string => hash('sha256', text, 'hex');

/**
 * @param file where the cache is kept; its folder is made when it is saved
 * @param parse reads a rule file
 * @param given what else than the text decides what it reads: placeholders
 */
export async function openRuleCache(
  file: string,
  parse: (source: string, file: string) => ParsedFile,
  given: unknown,
): Promise<RuleCache> {
  const format = `tidewatch-rules-2 ${digest(JSON.stringify([await build(), given]))}`;
  const known = await readCache(file, format);
  const used = new Map<string, string>();
  return {
    parse(source, path) {
      const key = digest(source);
      const kept = used.get(key) ?? known.get(key);
      if (kept !== undefined) {
        used.set(key, kept);
        return { ...nothing, rules: fromJson(kept, path, source) };
      }
      const parsed = parse(source, path);
      if (isKept(parsed, source)) used.set(key, toJson(parsed.rules));
      return parsed;
    },
    async save() {
      const same = used.size === known.size && [...used.keys()].every((key) => known.has(key));
      return same || writeCache(file, format, used);
    },
  };
}

const isKept = ({ rules, correlations, filters, rejected }: ParsedFile, source: string): boolean =>
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
 * What this code is, for another may understand rules in another way: all files beside this one, which are Tidewatch's
 * own, bundled or not.
 */
async function build(): Promise<string> {
  const folder = dirname(fileURLToPath(import.meta.url));
  const names = (await readdir(folder, { recursive: true })).sort();
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

async function writeCache(
  file: string,
  format: string,
  entries: ReadonlyMap<string, string>,
): Promise<boolean> {
  const body = [...entries].map(([key, json]) => `${key} ${json}\n`).join('');
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
