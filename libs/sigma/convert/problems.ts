import type { DocumentPath } from '../errors.ts';

/** Why a rule can't become a query that finds the same. `{name}` is filled from the details. */
const refusals = {
  fieldref: '`{key}` compares two fields of one event, which a query of OpenSearch cannot.',
  time_part: '`{key}` takes a part out of a date, which a query of OpenSearch cannot.',
  number_as_text: '`{key}` compares numbers, but {field} holds text, which is ordered by characters.',
  number_wildcard: '`{key}` looks for a part of a text, but {field} holds numbers.',
  address_wildcard: '`{key}` looks for a part of a text, but {field} holds addresses; use `cidr`.',
  network_as_text: '`{key}` asks for an IPv6 network, but {field} holds text; only IPv4 can be written out.',
  network_too_wide: '`{key}` asks for a network that is more than {limit} patterns of the text in {field}.',
  regex_feature: 'The regular expression of `{key}` uses {feature}, which Lucene has not.',
  regex_too_long: 'The regular expression of `{key}` is {length} characters in Lucene; {limit} are taken.',
  regex_costly:
    'The regular expression of `{key}` counts so high that a cluster may refuse it as too complex.',
  regex_in_words: '`{key}` is a regular expression, but {field} is indexed by words.',
  too_many_clauses: 'The query has {count} clauses; a cluster takes {limit}.',
} as const;

/** What the query does otherwise than the engine. */
const warnings = {
  words:
    '`{key}` is searched in {field} by words: case counts nothing, and punctuation and parts of words differ.',
  keywords:
    'Keywords are searched in message and {fields}, in values of up to 1,024 characters; a cluster refuses that where the index has more than some 1,000 such fields.',
  long_values: 'Values of {field} beyond 1,024 characters are not indexed, so the query cannot see them.',
  number_type: '`{key}` compares numbers: it finds those that were sent as numbers, not as text.',
  network_text:
    '`{key}` is asked of the text in {field}: there, addresses of IPv6 and of IPv4 inside IPv6 are not found.',
  joined:
    '`{key}` stands for several fields together where an event has them ({fields}); the query asks {field} alone.',
  unknown_logsource:
    'What the log source `{name}` means is not known; the query asks every document that may be of it.',
} as const;

export type RefusalCode = keyof typeof refusals;
export type WarningCode = keyof typeof warnings;

export interface Problem<Code extends string> {
  readonly code: Code;
  /** 1-based line in the rule's file; null where it concerns the rule as a whole. */
  readonly line: number | null;
  readonly reason: string;
}

export type Refusal = Problem<RefusalCode>;
export type Warning = Problem<WarningCode>;

type Details = Readonly<Record<string, unknown>>;

/** Gathers what goes wrong or gets lost on the way, each once a line and once a reason. */
export interface Problems {
  refuse(code: RefusalCode, details: Details, path?: DocumentPath): void;
  warn(code: WarningCode, details: Details, path?: DocumentPath): void;
  readonly refused: readonly Refusal[];
  readonly warned: readonly Warning[];
}

/** @param lineOf the line of a path in the rule's document; called only where there is a problem */
export function createProblems(lineOf: (path: DocumentPath) => number | null): Problems {
  const refused: Refusal[] = [];
  const warned: Warning[] = [];
  const add = <Code extends string>(
    list: Problem<Code>[],
    code: Code,
    template: string,
    details: Details,
    path?: DocumentPath,
  ): void => {
    const reason = template.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? ''));
    const line = path === undefined ? null : lineOf(path);
    if (list.some((each) => each.code === code && (each.line === line || each.reason === reason))) return;
    list.push({ code, line, reason });
  };
  return {
    refused,
    warned,
    refuse: (code, details, path) => add(refused, code, refusals[code], details, path),
    warn: (code, details, path) => add(warned, code, warnings[code], details, path),
  };
}
