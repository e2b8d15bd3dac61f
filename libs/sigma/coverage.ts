import { entriesFor, fieldTable, placesIn, type SourceEntry } from './field_table/index.ts';
import { isWithin } from './logsources.ts';
import { outlineOf } from './outline.ts';
import type { LogSource, SigmaRule } from './rule.ts';

/** What a deployment has of the fields that rules of one log source ask for, after normalisation. */
export interface SourceCoverage {
  readonly logsource: LogSource;
  readonly rules: number;
  /** Rules of which every field has a place in events; those that only look for words are among them. */
  readonly all: number;
  readonly some: number;
  readonly none: number;
  /** Fields without a place, by how many rules ask for them, most first. */
  readonly missing: readonly MissingField[];
  /** Data sets that such events come from, by the field table; empty where any may hold them. */
  readonly datasets: readonly string[];
  /** Those of them that a parser writes. */
  readonly parsed: readonly string[];
}

export interface MissingField {
  readonly field: string;
  readonly rules: number;
}

export interface CoverageOptions {
  /** Whether a name is a field of ECS. */
  readonly isEcs: (field: string) => boolean;
  /** Whether a parser writes events of a data set, or of one below it. */
  readonly isParsed: (dataset: string) => boolean;
}

/** Says for each log source of rules whether their fields have a place in normalised events; sorted by log source. */
export function coverageOf(
  rules: readonly Pick<SigmaRule, 'logsource' | 'detection'>[],
  { isEcs, isParsed }: CoverageOptions,
): SourceCoverage[] {
  const groups = new Map<string, Pick<SigmaRule, 'logsource' | 'detection'>[]>();
  for (const rule of rules) {
    const key = keyOf(rule.logsource);
    groups.set(key, [...(groups.get(key) ?? []), rule]);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => {
      const { logsource } = group[0] as SigmaRule;
      const entries = entriesFor(fieldTable, logsource);
      const has = (field: string): boolean =>
        isEcs(field) || isVendors(field) || entries.some((entry) => placesIn(entry, field).length > 0);
      const missing = new Map<string, number>();
      const counts = { all: 0, some: 0, none: 0 };
      for (const { detection } of group) {
        const { fields } = outlineOf(detection);
        const lacking = fields.filter((field) => !has(field));
        for (const field of lacking) missing.set(field, (missing.get(field) ?? 0) + 1);
        counts[lacking.length === 0 ? 'all' : lacking.length < fields.length ? 'some' : 'none']++;
      }
      const datasets = datasetsOf(entries, logsource);
      return {
        logsource,
        rules: group.length,
        ...counts,
        missing: [...missing]
          .map(([field, number]) => ({ field, rules: number }))
          .sort((a, b) => b.rules - a.rules || (a.field < b.field ? -1 : 1)),
        datasets,
        parsed: datasets.filter(isParsed),
      };
    });
}

const namespaces = [...new Set(fieldTable.flatMap((entry) => entry.namespaces ?? []))].map(
  (name) => `${name}.`,
);

/** Whether a rule asks for a field of a vendor's own where normalisation keeps it. */
const isVendors = (field: string): boolean => namespaces.some((name) => field.startsWith(name));

/** What the most specific entries name that mean the log source; where none means it, those for parts of it. */
function datasetsOf(entries: readonly SourceEntry[], logsource: LogSource): string[] {
  const meaning = entries.filter(
    (entry) => entry.datasets.length > 0 && isWithin(logsource, entry.logsource),
  );
  const stated = meaning.length === 0 ? undefined : Object.keys(meaning[0]?.logsource ?? {}).length;
  const wanted =
    stated === undefined
      ? entries
      : meaning.filter((entry) => Object.keys(entry.logsource).length === stated);
  return [...new Set(wanted.flatMap((entry) => entry.datasets))];
}

const keyOf = ({ product = '', category = '', service = '' }: LogSource): string =>
  `${product}\0${category}\0${service}`;
