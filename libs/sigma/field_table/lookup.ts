import { isWithin } from '../logsources.ts';
import type { LogSource } from '../rule.ts';
import { type FieldRule, ruleOf, type SourceEntry } from './entry.ts';

/** The entries that concern rules of a log source, the most specific first: those for more, and those for parts of it. */
export function entriesFor(table: readonly SourceEntry[], logsource: LogSource): SourceEntry[] {
  return bySpecificity(
    table.filter((entry) => isWithin(logsource, entry.logsource) || isWithin(entry.logsource, logsource)),
  );
}

/** Stable: entries that state as much stay in the table's order. */
export const bySpecificity = (entries: readonly SourceEntry[]): SourceEntry[] =>
  [...entries].sort((a, b) => stated(b.logsource) - stated(a.logsource));

const stated = (logsource: LogSource): number => Object.keys(logsource).length;

/** How a field is read below one path. */
export interface FieldReading extends Omit<FieldRule, 'paths'> {
  readonly path: string;
  /** Of a field's readings the lowest that is there counts, all of them where there are several; -1 for `beside`. */
  readonly order: number;
}

/** How each field is read where an event may be of several entries: in the entries' order. */
export function readingsOf(entries: readonly SourceEntry[]): Map<string, FieldReading[]> {
  const readings = new Map<string, FieldReading[]>();
  for (const { fields = {} } of entries)
    for (const [field, entry] of Object.entries(fields)) {
      const known = readings.get(field) ?? [];
      readings.set(field, known);
      const { paths, ...rest } = ruleOf(entry);
      const from = known.reduce((most, { order }) => Math.max(most, order + 1), 0);
      paths.forEach((path, i) => {
        if (known.some((each) => each.path === path)) return;
        const order = rest.take === 'beside' ? -1 : rest.take === 'first' ? from + i : from;
        known.push({ ...rest, path, order });
      });
    }
  return readings;
}

/** Names and paths of an entry at which a field may stand: below its namespaces, and where the table says. */
export function placesIn({ namespaces = [], own = '', fields = {} }: SourceEntry, field: string): string[] {
  const entry = Object.hasOwn(fields, field) ? fields[field] : undefined;
  const isOwn = own === '*' || own.split(' ').includes(field);
  return [
    ...(isOwn ? namespaces.map((name) => `${name}.${field}`) : []),
    ...(entry === undefined ? [] : ruleOf(entry).paths),
  ];
}
