import { hash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type ParsedYaml, parseYaml } from './yaml.ts';

/** Changes with what `parseYaml` makes of a text, so that older caches are not read. */
const format = 'tidewatch-rules-1';

/**
 * Remembers what the YAML of rule files says, which is most of the work of loading them. Entries go by a digest of the
 * text, so one can't be stale; a file that is damaged, of another format or not there counts as empty.
 */
export interface RuleCache {
  /** As `parseYaml`. */
  parse(source: string): ParsedYaml;
  /**
   * Writes what has been asked for since the cache was opened, if the file says anything else.
   *
   * @returns whether the file is as it should be; false where it cannot be written
   */
  save(): Promise<boolean>;
}

/**
 * An alias may name a whole map many times over, or itself: such documents are no trees and are not kept. Every alias
 * has an anchor, and what merely looks like one is parsed each time.
 */
const anchor = /(?:^|[\s,[{])&\S/;

const digest = (text: string): string => hash('sha256', text, 'base64');

/** @param file where the cache is kept; its folder is made when it is saved */
export async function openRuleCache(file: string): Promise<RuleCache> {
  const known = await readCache(file);
  const used = new Map<string, string>();
  return {
    parse(source) {
      const key = digest(source);
      const kept = used.get(key) ?? known.get(key);
      if (kept !== undefined) {
        used.set(key, kept);
        return { ok: true, documents: JSON.parse(kept) as unknown[] };
      }
      const parsed = parseYaml(source);
      if (parsed.ok && !anchor.test(source)) used.set(key, JSON.stringify(parsed.documents));
      return parsed;
    },
    async save() {
      const same = used.size === known.size && [...used.keys()].every((key) => known.has(key));
      return same || writeCache(file, used);
    },
  };
}

/** A line with the format and the digest of the rest, then a line for each text: its digest and its documents. */
async function readCache(file: string): Promise<Map<string, string>> {
  const known = new Map<string, string>();
  const text = await readFile(file, 'utf8').catch(() => '');
  const end = text.indexOf('\n') + 1;
  const body = text.slice(end);
  if (text.slice(0, end) !== heading(body)) return known;
  for (let at = 0; at < body.length; ) {
    const next = body.indexOf('\n', at);
    const key = body.indexOf(' ', at);
    known.set(body.slice(at, key), body.slice(key + 1, next));
    at = next + 1;
  }
  return known;
}

const heading = (body: string): string => `${format} ${digest(body)}\n`;

async function writeCache(file: string, entries: ReadonlyMap<string, string>): Promise<boolean> {
  const body = [...entries].map(([key, json]) => `${key} ${json}\n`).join('');
  const written = `${file}.${randomUUID()}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(written, 'wx', 0o600);
    await handle.writeFile(heading(body) + body).finally(() => handle.close());
    await rename(written, file);
    return true;
  } catch {
    // A cache is a help, not a need: rules load without it.
    await rm(written, { force: true }).catch(() => undefined);
    return false;
  }
}
