import { join } from 'node:path';
import type { ParserDesk, ParserTried } from '@tidewatch/api';
import type { JsonObject } from '@tidewatch/event';
import {
  createDispatch,
  createExplainer,
  createSuggesting,
  type Dispatch,
  dispatchTo,
  type Parser,
  readParser,
  runTestText,
  testTotals,
} from '@tidewatch/normalize';
import { type ConfigIssue, validateYaml } from '@tidewatch/plugin';
import { z } from 'zod';
import { becomes, recordOfLine } from '../../parsers/record.ts';

/** What can be tried, and what each takes and answers. */
export type Trials = Pick<ParserDesk, 'parse' | 'test' | 'suggest'>;

/** Most records of one trial. */
const mostRecords = 1_000;
/** Most characters of an answer as JSON: whoever hands it on does so in one go. */
const mostAnswered = 2_097_152;

/**
 * Tries parsers beside others, as long as it takes: for a thread of its own. Nothing is kept from one trial to the next.
 *
 * @param others in the order in which they are asked
 */
export function createTrials(others: readonly Parser[]): Trials {
  const dispatch = createDispatch(others);

  /** The others behind one that is tried, which replaces what has its name. */
  const withFirst = (first: Parser | undefined): Dispatch =>
    first === undefined
      ? dispatch
      : createDispatch([first, ...others.filter(({ name }) => name !== first.name)]);

  return {
    async parse({ parser: source, ...asked }) {
      const tried = source === undefined ? { ok: true as const, value: undefined } : readTried(source);
      if (!tried.ok) return tried;
      const beside = withFirst(tried.value);
      const explain = createExplainer({ parsers: () => beside });
      const lines = linesOf(asked);
      const records = [];
      let size = 0;
      for (const [i, line] of lines.slice(0, mostRecords).entries()) {
        const explained = explain(recordOfLine(line, i, withDataset(asked)), asked.source);
        const record = { ...becomes(explained), parsers: explained.parsers };
        size += JSON.stringify(record).length;
        if (size > mostAnswered) break;
        records.push(record);
      }
      if (records.length === 0 && lines.length > 0) return tooLarge('What becomes of the first record');
      return { ok: true, value: { records, left: lines.length - records.length } };
    },
    async test({ parser: source, tests }) {
      const tried = readTried(source);
      if (!tried.ok) return tried;
      // Tests expect what parsers make of records everywhere, without what this server looks up.
      const beside = dispatchTo(withFirst(tried.value), (parser) => parser.anew({}));
      const report = await runTestText(tried.value, tests, beside, async () => {});
      const results = report.results.map(({ found, ...rest }) => ({ ...rest, found: found as JsonObject }));
      return sized('What the tests found', {
        ...testTotals([report]),
        tests: results,
        issues: report.issues,
      });
    },
    async suggest({ name, limit, ...asked }) {
      const suggesting = createSuggesting(
        dispatchTo(dispatch, (parser) => parser.anew({})),
        name,
      );
      for (const [i, line] of linesOf(asked).entries())
        suggesting.add(recordOfLine(line, i, withDataset(asked)), asked.source);
      const suggestions = await suggesting.suggestions(limit);
      return sized(
        'What is suggested',
        suggestions as typeof suggestions & { shapes: { match: JsonObject }[] },
      );
    },
  };
}

const tooLarge = (what: string): ParserTried<never> => ({
  ok: false,
  ended: `${what} takes more than ${mostAnswered / 1_048_576} MiB.`,
});

const sized = <T>(what: string, value: T): ParserTried<T> =>
  JSON.stringify(value).length > mostAnswered ? tooLarge(what) : { ok: true, value };

interface Asked {
  readonly text?: string;
  readonly documents?: readonly unknown[];
  readonly source: string;
  readonly dataset?: string;
}

const linesOf = ({ text, documents }: Asked): readonly string[] =>
  documents?.map((document) => JSON.stringify(document)) ??
  (text ?? '').split(/\r?\n/).filter((line) => line.trim() !== '');

const withDataset = ({ dataset }: Asked) => (dataset === undefined ? {} : { dataset });

/** Compiles what somebody sent. It must not reach the server's files and secrets. */
function readTried(source: string): ParserTried<Parser> {
  const written = validateYaml(source, z.json());
  if (!written.ok) return written;
  const reaches = reachingOut(written.value, '');
  if (reaches !== undefined) return { ok: false, issues: [reaches] };
  const read = readParser(source, join('tried', 'parser.yml'), {});
  return 'issues' in read ? { ok: false, issues: read.issues } : { ok: true, value: read };
}

function reachingOut(value: unknown, path: string): ConfigIssue | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  for (const [key, member] of Object.entries(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    if ((key === 'file' || key === 'env') && typeof member === 'string')
      return { path: at, message: 'a parser that is only tried reads no files and variables of the server' };
    const inside = reachingOut(member, at);
    if (inside !== undefined) return inside;
  }
  return undefined;
}
