import type { ConfigIssue } from '@tidewatch/plugin';
import type { Resources } from '../processors/processor.ts';
import type { Parser } from './compile.ts';
import { createDispatch, type Dispatch, dispatchTo } from './dispatch.ts';
import { faultOf, type ParserFault, type ReadParser, readParser, readParsers } from './load.ts';
import { parserOnDemand } from './on_demand.ts';
import { type ParserReport, testParser } from './test_parsers.ts';
import { createTurn, type Turn } from './turn.ts';

/** Where parsers come from. Of several of a name the first is in force. */
export interface ParserSources {
  /** Files and folders of people; one of a name that ships replaces what ships. */
  readonly own: readonly string[];
  /** What ships, which is tested before it ships. */
  readonly shipped: readonly string[];
  readonly resources: Omit<Resources, 'folder'>;
}

/** A parser in force. */
export interface ParserEntry {
  readonly parser: Parser;
  readonly shipped: boolean;
  /** What the tests beside it gave when it was last read; undefined for what ships. */
  readonly report: ParserReport | undefined;
}

/** The parsers in force and what keeps others from it. Replaced as a whole. */
export interface ParserSet {
  readonly entries: readonly ParserEntry[];
  readonly dispatch: Dispatch;
  readonly faults: readonly ParserFault[];
  /** How long it took to load. */
  readonly milliseconds: number;
}

/** A file's parser as it is to be in force. */
interface Candidate extends ReadParser {
  readonly shipped: boolean;
  /** In force from the same file until now. */
  readonly before: ParserEntry | undefined;
}

/**
 * Loads all parsers and runs the tests beside people's own. One that is not right, or whose tests fail, is a fault: what was
 * in force from its file stays, or else what ships under its name. Files that have not changed keep their parser, with
 * its state and figures. Lets the event loop have a turn between parsers and between tests.
 */
export async function loadParserSet(sources: ParserSources, before?: ParserSet): Promise<ParserSet> {
  const started = performance.now();
  const turn = createTurn();
  const faults: ParserFault[] = [];
  const known = new Map(before?.entries.map((entry) => [entry.parser.file, entry]));
  const own = await readAll(sources, false, known, faults, turn);
  const shipped = await readAll(sources, true, known, faults, turn);
  const { kept, reports } = await tested(own, shipped, faults, turn);
  const entries = inForce([...kept, ...shipped]).map(
    ({ parser, shipped, before }): ParserEntry => ({
      parser,
      shipped,
      report: reports.get(parser) ?? before?.report,
    }),
  );
  const dispatch = createDispatch(entries.map(({ parser }) => parser));
  return { entries, dispatch, faults, milliseconds: performance.now() - started };
}

async function readAll(
  { own, shipped, resources }: ParserSources,
  ships: boolean,
  known: ReadonlyMap<string, ParserEntry>,
  faults: ParserFault[],
  turn: Turn,
): Promise<Candidate[]> {
  const reading = {
    read: (text: string, file: string) =>
      ships ? parserOnDemand(text, file, resources) : readParser(text, file, resources),
    before: (file: string) => known.get(file)?.parser,
    ...{ faults, turn },
  };
  const candidates: Candidate[] = [];
  for (const path of ships ? shipped : own) {
    const read = await readParsers(path, reading).catch((error: Error) => {
      faults.push(faultOf(path, error.message));
      return standingIn(path, known);
    });
    for (const one of read) candidates.push({ ...one, shipped: ships, before: known.get(one.parser.file) });
  }
  return candidates;
}

/** A folder that can't be read leaves what is in force from it. */
const standingIn = (path: string, known: ReadonlyMap<string, ParserEntry>): readonly ReadParser[] =>
  [...known].flatMap(([file, { parser }]) =>
    file === path || file.startsWith(`${path}/`) ? [{ parser, state: 'stale' as const }] : [],
  );

/**
 * Tests people's parsers among those that are to be in force, until those that are left pass. A parser that has not
 * changed stays, whatever its tests say now: that is told.
 */
async function tested(
  own: readonly Candidate[],
  shipped: readonly Candidate[],
  faults: ParserFault[],
  turn: Turn,
): Promise<{ kept: readonly Candidate[]; reports: ReadonlyMap<Parser, ParserReport> }> {
  let kept = own;
  for (;;) {
    const standing = inForce([...kept, ...shipped]);
    const dispatch = createDispatch(standing.map(({ parser }) => parser));
    // What is in force counts its records and has its state: tests must not.
    const apart = dispatchTo(dispatch, (parser) => parser.anew({}));
    const reports = new Map<Parser, ParserReport>();
    const refused = new Set<Candidate>();
    const told: ParserFault[] = [];
    for (const candidate of standing) {
      const { parser, state } = candidate;
      if (candidate.shipped || state === 'stale') continue;
      const report = await testParser(parser, apart, turn);
      reports.set(parser, report);
      const issues = issuesOf(report);
      if (issues.length === 0) continue;
      if (state === 'new') refused.add(candidate);
      (state === 'new' ? faults : told).push({ file: parser.file, issues });
    }
    if (refused.size === 0) {
      faults.push(...told);
      return { kept, reports };
    }
    kept = kept.flatMap((candidate) => {
      const { before } = candidate;
      if (!refused.has(candidate)) return [candidate];
      return before === undefined ? [] : [{ ...candidate, parser: before.parser, state: 'stale' as const }];
    });
  }
}

function issuesOf({ file, results, issues }: ParserReport): readonly ConfigIssue[] {
  const failed = results.filter(({ differences }) => differences.length > 0);
  return [
    ...issues.map(({ line, path, message }) => ({
      path: '',
      message: `its tests are not right: ${file}${line === undefined ? '' : `:${line}`}: ${path === '' ? '' : `${path}: `}${message}`,
    })),
    ...failed.map(({ title, differences }) => ({
      path: '',
      message: `its test “${title}” fails: ${differences.slice(0, shownDifferences).join('; ')}`,
    })),
  ];
}

const shownDifferences = 5;

function inForce(candidates: readonly Candidate[]): Candidate[] {
  const byName = new Map<string, Candidate>();
  for (const candidate of candidates)
    if (!byName.has(candidate.parser.name)) byName.set(candidate.parser.name, candidate);
  return [...byName.values()];
}
