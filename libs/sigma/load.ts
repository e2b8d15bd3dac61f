import { closeSync, constants, type Dirent, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CorrelationRule } from './correlation/rule.ts';
import { Rejection, type RejectionCode } from './errors.ts';
import { type AppliedFilter, applyFilters, type SigmaFilter } from './filter.ts';
import { parseRuleFile } from './parse.ts';
import { applyPipelines } from './pipeline/apply.ts';
import { type Pipeline, parsePipeline } from './pipeline/pipeline.ts';
import { deferring, type Placeholders } from './placeholder.ts';
import type { RejectedRule, RuleHeader, SigmaRule } from './rule.ts';
import { openRuleCache, type RuleCache } from './rule_cache.ts';
import { lineFinder } from './yaml.ts';

/** Larger rule files are refused. */
const fileLimit = 1_048_576;
const utf8 = new TextDecoder('utf-8', { fatal: true });
/** The event loop gets a turn after this many milliseconds of parsing. */
const sliceMs = 10;

export interface LoadOptions {
  /** Files, and folders that are searched for `*.yml` and `*.yaml`, but not `*.test.yml`, to any depth. */
  readonly paths: readonly string[];
  /** Values by the placeholder's name, without percent signs. */
  readonly placeholders?: Readonly<Record<string, readonly (string | number)[]>>;
  /** Files of processing pipelines, which the rules run through after filters were added to them. */
  readonly pipelines?: readonly string[];
  /** Epoch milliseconds, by which filters may have expired; by default the time of the call. */
  readonly now?: number;
  /** A file that remembers what was parsed from one load to the next; it is made where it is missing. */
  readonly cache?: string;
  /** What was loaded before, where its cache serves this load as well. */
  readonly before?: Pick<LoadedRules, 'cache'> | undefined;
}

export interface LoadedRules {
  readonly rules: readonly SigmaRule[];
  readonly correlations: readonly CorrelationRule[];
  /** Filters in force; the rules have them in their detections. */
  readonly filters: readonly AppliedFilter[];
  readonly rejected: readonly RejectedRule[];
  /** Filters that have expired. */
  readonly skipped: readonly RejectedRule[];
  /** What is allowed and likely a mistake. */
  readonly warnings: readonly RejectedRule[];
  readonly cache?: RuleCache | undefined;
}

/**
 * Loads rules in the order of the paths, folders in the order of their names. It never throws for a rule's fault: a
 * file that cannot be read and a document that is not a rule are reported in `rejected`, and the others load. Of
 * two rules with one id the first stays.
 */
export async function loadRules({
  paths,
  placeholders = {},
  pipelines: files = [],
  now = Date.now(),
  cache: cacheFile,
  before,
}: LoadOptions): Promise<LoadedRules> {
  const rules: SigmaRule[] = [];
  const correlations: CorrelationRule[] = [];
  const filters: SigmaFilter[] = [];
  const rejected: RejectedRule[] = [];
  const byId = new Map<string, RuleHeader>();
  const pipelines = await readPipelines(files, rejected);
  const isPipeline = new Set(files.map((file) => resolve(file)));
  const given: Placeholders = new Map(Object.entries(placeholders));
  const lists = pipelines.length === 0 ? given : deferring(given);
  const cache =
    cacheFile === undefined
      ? undefined
      : await openRuleCache(cacheFile, lists, [placeholders, pipelines.length > 0], before?.cache);
  const read = cache?.parse ?? ((source: string, file: string) => parseRuleFile(source, file, lists));
  let turn = performance.now();
  for (const found of ruleFiles(paths)) {
    if ('code' in found) {
      rejected.push(found);
      continue;
    }
    if (isPipeline.size > 0 && isPipeline.has(resolve(found.file))) continue;
    const parsed = read(found.source, found.file);
    rejected.push(...parsed.rejected);
    const isNew = (rule: RuleHeader): boolean => {
      const first = byId.get(rule.id);
      if (first === undefined) byId.set(rule.id, rule);
      else rejected.push(rejection(rule.file, 'duplicate_id', { id: rule.id, file: first.file }, rule));
      return first === undefined;
    };
    rules.push(...parsed.rules.filter(isNew));
    correlations.push(...parsed.correlations.filter(isNew));
    filters.push(...parsed.filters.filter(isNew));
    if (performance.now() - turn > sliceMs) {
      await nextTurn();
      turn = performance.now();
    }
  }
  await cache?.save();
  const filtered = applyFilters({ rules, correlations, filters, now });
  const processed = applyPipelines({ rules: filtered.rules, correlations, pipelines });
  return {
    ...filtered,
    ...processed,
    cache,
    rejected: [...rejected, ...filtered.rejected, ...processed.rejected],
  };
}

/** A pipeline that is not right is reported, and the others run. */
async function readPipelines(files: readonly string[], rejected: RejectedRule[]): Promise<Pipeline[]> {
  const pipelines: Pipeline[] = [];
  for (const file of files) {
    const found = readRuleFile(file);
    if ('code' in found) {
      rejected.push(found);
      continue;
    }
    const parsed = parsePipeline(found.source, file);
    if (parsed.ok) pipelines.push(parsed.pipeline);
    else rejected.push(parsed.rejected);
  }
  return pipelines;
}

function rejection(
  file: string,
  code: RejectionCode,
  details: Readonly<Record<string, unknown>>,
  rule?: RuleHeader,
): RejectedRule {
  const reason = new Rejection(code, details).message;
  const line = rule === undefined ? null : lineFinder(rule.source, rule.document)(['id']);
  return { file, line, id: rule?.id ?? null, title: rule?.title ?? null, code, reason };
}

type Found = { readonly file: string; readonly source: string } | RejectedRule;

/** At once, since a folder of rules has many small files, and waiting for each costs more than reading it. */
function* ruleFiles(paths: readonly string[]): Generator<Found> {
  for (const path of paths) {
    try {
      if (statSync(path).isDirectory()) yield* folder(path);
      else yield readRuleFile(path);
    } catch (error) {
      yield rejection(path, 'unreadable', { cause: (error as Error).message });
    }
  }
}

function* folder(path: string): Generator<Found> {
  let entries: Dirent[];
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch (error) {
    yield rejection(path, 'unreadable', { cause: (error as Error).message });
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const files = entries.filter((entry) => !entry.isDirectory() && isRuleFile(entry.name));
  const prefix = join(path, '_').slice(0, -1);
  for (const { name } of files) yield readRuleFile(prefix + name);
  for (const entry of entries) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    const child = join(path, entry.name);
    if (isRuleFile(entry.name)) yield rejection(child, 'not_a_file', { name: basename(child) });
    else yield* folder(child);
  }
}

/** `NAME.test.yml` holds the tests of `NAME.yml`. */
const isRuleFile = (name: string): boolean => /(?<!\.test)\.ya?ml$/i.test(name) && !name.startsWith('.');

/** One for all files: at most one more byte of each than may be is read. */
let chunk: Buffer | undefined;
/** A pipe that nobody writes to is empty. */
const openFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

function readRuleFile(file: string): Found {
  chunk ??= Buffer.allocUnsafeSlow(fileLimit + 1);
  try {
    const descriptor = openSync(file, openFlags);
    let size = 0;
    try {
      for (let more = -1; more !== 0; size += more)
        more = readSync(descriptor, chunk, size, chunk.length - size, null);
    } finally {
      closeSync(descriptor);
    }
    if (size > fileLimit) return rejection(file, 'file_too_large', { limit: fileLimit });
    return { file, source: utf8.decode(chunk.subarray(0, size)) };
  } catch (error) {
    return rejection(file, 'unreadable', { cause: (error as Error).message });
  }
}
