import type { ParserDesk } from '@tidewatch/api';
import { type ParserEntry, testTotals } from '@tidewatch/normalize';
import type { ParsersInForce } from './parsers_in_force.ts';
import type { Trials } from './trials.ts';

/** Shows the parsers in force, and tries others beside them: apart from what arrives, and without keeping anything. */
export function openParserDesk(inForce: ParsersInForce, { parse, test, suggest }: Trials): ParserDesk {
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
    parse,
    test,
    suggest,
  };
}
