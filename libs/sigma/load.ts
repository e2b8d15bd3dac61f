import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Rejection, type RejectionCode } from './errors.ts';
import { parseRuleFile } from './parse.ts';
import type { Placeholders } from './placeholder.ts';
import type { RejectedRule, SigmaRule } from './rule.ts';
import { lineFinder } from './yaml.ts';

/** Larger rule files are refused. */
const fileLimit = 1_048_576;
/** The event loop gets a turn after this many milliseconds of parsing. */
const sliceMs = 10;

export interface LoadOptions {
  /** Files, and folders that are searched for `*.yml` and `*.yaml` to any depth. */
  readonly paths: readonly string[];
  /** Values by the placeholder's name, without percent signs. */
  readonly placeholders?: Readonly<Record<string, readonly (string | number)[]>>;
}

export interface LoadedRules {
  readonly rules: readonly SigmaRule[];
  readonly rejected: readonly RejectedRule[];
  /** Correlations and filters, which this engine does not take. */
  readonly skipped: readonly RejectedRule[];
}

/**
 * Loads rules in the order of the paths, folders in the order of their names. It never throws for a rule's fault: a
 * file that cannot be read and a document that is not a rule are reported in `rejected`, and the others load. Of
 * two rules with one id the first stays.
 */
export async function loadRules({ paths, placeholders = {} }: LoadOptions): Promise<LoadedRules> {
  const rules: SigmaRule[] = [];
  const rejected: RejectedRule[] = [];
  const skipped: RejectedRule[] = [];
  const byId = new Map<string, SigmaRule>();
  const lists: Placeholders = new Map(Object.entries(placeholders));
  let turn = performance.now();
  for await (const found of ruleFiles(paths)) {
    if ('code' in found) {
      rejected.push(found);
      continue;
    }
    const parsed = parseRuleFile(found.source, found.file, lists);
    rejected.push(...parsed.rejected);
    skipped.push(...parsed.skipped);
    for (const rule of parsed.rules) {
      const first = byId.get(rule.id);
      if (first !== undefined) {
        rejected.push(rejection(rule.file, 'duplicate_id', { id: rule.id, file: first.file }, rule));
        continue;
      }
      byId.set(rule.id, rule);
      rules.push(rule);
    }
    if (performance.now() - turn > sliceMs) {
      await nextTurn();
      turn = performance.now();
    }
  }
  return { rules, rejected, skipped };
}

function rejection(
  file: string,
  code: RejectionCode,
  details: Readonly<Record<string, unknown>>,
  rule?: SigmaRule,
): RejectedRule {
  const reason = new Rejection(code, details).message;
  const line = rule === undefined ? null : lineFinder(rule.source, rule.document)(['id']);
  return { file, line, id: rule?.id ?? null, title: rule?.title ?? null, code, reason };
}

type Found = { readonly file: string; readonly source: string } | RejectedRule;

async function* ruleFiles(paths: readonly string[]): AsyncGenerator<Found> {
  for (const path of paths) {
    try {
      if ((await stat(path)).isDirectory()) yield* folder(path);
      else yield await readRuleFile(path);
    } catch (error) {
      yield rejection(path, 'unreadable', { cause: (error as Error).message });
    }
  }
}

async function* folder(path: string): AsyncGenerator<Found> {
  let entries: Dirent[];
  try {
    entries = await readdir(path, { withFileTypes: true });
  } catch (error) {
    yield rejection(path, 'unreadable', { cause: (error as Error).message });
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const files = entries.filter((entry) => !entry.isDirectory() && isRuleFile(entry.name));
  // Read together, since a folder of rules has many small files.
  const sources = await Promise.all(files.map((entry) => readRuleFile(join(path, entry.name))));
  yield* sources;
  for (const entry of entries) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    const child = join(path, entry.name);
    if (isRuleFile(entry.name)) yield rejection(child, 'not_a_file', { name: basename(child) });
    else yield* folder(child);
  }
}

const isRuleFile = (name: string): boolean => /\.ya?ml$/i.test(name) && !name.startsWith('.');

async function readRuleFile(file: string): Promise<Found> {
  try {
    const bytes = await readFile(file);
    if (bytes.length > fileLimit) {
      return rejection(file, 'file_too_large', { bytes: bytes.length, limit: fileLimit });
    }
    return { file, source: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    return rejection(file, 'unreadable', { cause: (error as Error).message });
  }
}
