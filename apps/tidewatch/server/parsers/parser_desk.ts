import { join } from 'node:path';
import type { ParserDesk, ParserTried } from '@tidewatch/api';
import type { JsonObject } from '@tidewatch/event';
import {
  createDispatch,
  createExplainer,
  createSuggesting,
  createTurn,
  type Dispatch,
  dispatchTo,
  type Parser,
  type ParserEntry,
  readParser,
  runTestText,
  testTotals,
} from '@tidewatch/normalize';
import { type ConfigIssue, validateYaml } from '@tidewatch/plugin';
import { z } from 'zod';
import { becomes } from '../../parsers/parse.ts';
import { recordOfLine } from '../../parsers/records.ts';
import type { ParsersInForce } from './parsers_in_force.ts';

/** Most records of one trial. */
const mostRecords = 1_000;

/** Shows the parsers in force, and tries others beside them: apart from what arrives, and without keeping anything. */
export function openParserDesk(inForce: ParsersInForce): ParserDesk {
  const rowOf = ({ parser, shipped, report }: ParserEntry) => {
    const { name, title, file, native, figures } = parser;
    const { events = 0, ms = 0 } = inForce.datasets.get(name) ?? {};
    const records = native ? events : figures.records;
    const time = native ? ms : figures.ms;
    return {
      name,
      title,
      file,
      origin: shipped ? ('shipped' as const) : ('own' as const),
      native,
      records,
      failures: figures.failures,
      microseconds: time === 0 ? null : Math.round((time * 10_000) / records) / 10,
      lastFailure: figures.lastFailure ?? null,
      tests: report === undefined || report.untested ? null : testTotals([report]),
    };
  };

  return {
    list() {
      const { entries, faults, milliseconds } = inForce.current();
      return { parsers: entries.map(rowOf), faults, milliseconds };
    },
    get(name) {
      const { entries, faults } = inForce.current();
      const entry = entries.find(({ parser }) => parser.name === name);
      if (entry === undefined) return undefined;
      const { file, text } = entry.parser;
      return { ...rowOf(entry), source: text, faults: faults.filter((fault) => fault.file === file) };
    },
    async parse({ parser: source, ...asked }) {
      const tried = source === undefined ? { ok: true as const, value: undefined } : readTried(source);
      if (!tried.ok) return tried;
      const dispatch = withFirst(tried.value, inForce);
      const explain = createExplainer({ parsers: () => dispatch });
      const lines = linesOf(asked);
      const turn = createTurn();
      const records = [];
      for (const [i, line] of lines.slice(0, mostRecords).entries()) {
        await turn();
        const explained = explain(recordOfLine(line, i, withDataset(asked)), asked.source);
        records.push({ ...becomes(explained), parsers: explained.parsers });
      }
      return { ok: true, value: { records, left: Math.max(0, lines.length - mostRecords) } };
    },
    async test({ parser: source, tests }) {
      const tried = readTried(source);
      if (!tried.ok) return tried;
      // Tests expect what parsers make of records everywhere, without what this server looks up.
      const dispatch = dispatchTo(withFirst(tried.value, inForce), (parser) => parser.anew({}));
      const report = await runTestText(tried.value, tests, dispatch, createTurn());
      const results = report.results.map(({ found, ...rest }) => ({ ...rest, found: found as JsonObject }));
      return { ok: true, value: { ...testTotals([report]), tests: results, issues: report.issues } };
    },
    async suggest({ name, limit, ...asked }) {
      const dispatch = dispatchTo(inForce.current().dispatch, (parser) => parser.anew({}));
      const suggesting = createSuggesting(dispatch, name);
      const turn = createTurn();
      for (const [i, line] of linesOf(asked).entries()) {
        await turn();
        suggesting.add(recordOfLine(line, i, withDataset(asked)), asked.source);
      }
      return suggesting.suggestions(limit) as ReturnType<ParserDesk['suggest']>;
    },
  };
}

interface Asked {
  readonly text?: string;
  readonly documents?: readonly unknown[];
  readonly source: string;
  readonly dataset?: string;
}

const linesOf = ({ text, documents }: Asked): readonly string[] =>
  documents?.map((document) => JSON.stringify(document)) ??
  (text ?? '').split(/\r?\n/).filter((line) => line.trim() !== '');

const withDataset = ({ source, dataset }: Asked) => ({
  source,
  ...(dataset === undefined ? {} : { dataset }),
});

/** Those in force behind one that is tried, which replaces what has its name. */
function withFirst(first: Parser | undefined, inForce: ParsersInForce): Dispatch {
  const { entries, dispatch } = inForce.current();
  if (first === undefined) return dispatch;
  const others = entries.map(({ parser }) => parser).filter(({ name }) => name !== first.name);
  return createDispatch([first, ...others]);
}

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
