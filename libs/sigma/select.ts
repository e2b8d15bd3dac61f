import { type Level, levels } from '@tidewatch/event';
import type { SigmaRule } from './rule.ts';

/**
 * Which rules of a set are wanted. A rule is taken if it fits every part that is given and one value of each; a part
 * that is absent or empty asks for nothing, so `{}` takes all. What a rule does not state fits no value.
 *
 * @example
 * const web: RuleSelection = { levels: levelsFrom('medium'), tags: ['attack.t1190'], folders: ['rules/web'] };
 */
export interface RuleSelection {
  readonly levels?: readonly Level[];
  /** Sigma's `stable`, `test`, `experimental`, `deprecated`, `unsupported`. */
  readonly statuses?: readonly string[];
  /** Parts of the log source; upper and lower case do not matter. */
  readonly products?: readonly string[];
  readonly categories?: readonly string[];
  readonly services?: readonly string[];
  /** Whole tags, or their first parts: `attack.t1059` takes `attack.t1059.001`, not `attack.t10591`. */
  readonly tags?: readonly string[];
  /**
   * Runs of whole names in the rule's path, as it was found: `rules/windows` takes what is in such a folder, wherever
   * that is. `*` and `?` stand for parts of a name, `**` for any folders.
   */
  readonly folders?: readonly string[];
  /** Ids of rules that are taken whatever the other parts say; where there are no others, only these are taken. */
  readonly include?: readonly string[];
  /** Ids of rules that are not taken, not even if they are in `include`. */
  readonly exclude?: readonly string[];
}

/** What {@link selectRules} needs to know of a rule. */
export type SelectableRule = Pick<SigmaRule, 'id' | 'level' | 'status' | 'tags' | 'logsource' | 'file'>;

export interface SelectedRules<Rule> {
  /** In the order they were given. */
  readonly rules: readonly Rule[];
  /** Values that no rule fits: most likely slips. */
  readonly unused: readonly { readonly part: keyof RuleSelection; readonly value: string }[];
}

/** For a large set of somebody else's rules, which as a whole is noise: what is grave, and tried. */
export const recommendedSelection: RuleSelection = {
  levels: ['high', 'critical'],
  statuses: ['stable', 'test'],
};

/** This level and those above it. */
export const levelsFrom = (least: Level): readonly Level[] => levels.slice(levels.indexOf(least));

/**
 * Reads levels as people write them: `medium+` for medium and above, `low,high` for just these.
 *
 * @returns null where a word is not a level
 */
export function parseLevels(text: string): readonly Level[] | null {
  const parsed = text.split(',').map((word) => {
    const [, name, above] = /^\s*([a-z]+)(\+?)\s*$/i.exec(word) ?? [];
    const level = levels.find((each) => each === name?.toLowerCase());
    if (level === undefined) return null;
    return above === '' ? [level] : levelsFrom(level);
  });
  const wanted = parsed.every((each) => each !== null) ? new Set(parsed.flat()) : null;
  return wanted === null ? null : levels.filter((level) => wanted.has(level));
}

type Fits = (rule: SelectableRule) => boolean;

/** How a rule fits one value of a part. */
const fitting: Readonly<Record<keyof RuleSelection, (value: string) => Fits>> = {
  levels: (value) => (rule) => rule.level === value,
  statuses: (value) => (rule) => rule.status === value,
  products: inLogSource('product'),
  categories: inLogSource('category'),
  services: inLogSource('service'),
  tags: (value) => {
    const wanted = value.toLowerCase();
    return ({ tags }) => tags.some((tag) => `${tag.toLowerCase()}.`.startsWith(`${wanted}.`));
  },
  folders: (value) => {
    const path = pathExpression(value);
    return ({ file }) => path.test(file.replaceAll('\\', '/'));
  },
  include: (value) => (rule) => rule.id === value,
  exclude: (value) => (rule) => rule.id === value,
};

function inLogSource(part: 'product' | 'category' | 'service'): (value: string) => Fits {
  return (value) => {
    const wanted = value.toLowerCase();
    return ({ logsource }) => logsource[part] === wanted;
  };
}

function pathExpression(glob: string): RegExp {
  const pieces: Readonly<Record<string, string>> = {
    '**/': '(?:[^/]*/)*',
    '**': '.*',
    '*': '[^/]*',
    '?': '[^/]',
  };
  const bare = glob.replace(/^(?:\.\/)+|\/+$/g, '');
  const source = bare.replace(/\*\*\/|\*\*|[*?]|[.+^${}()|[\]\\]/g, (piece) => pieces[piece] ?? `\\${piece}`);
  return new RegExp(`(?:^|/)${source}(?:/|$)`);
}

/** Picks the rules that a selection asks for. */
export function selectRules<Rule extends SelectableRule>(
  rules: readonly Rule[],
  selection: RuleSelection,
): SelectedRules<Rule> {
  const parts = (Object.keys(fitting) as (keyof RuleSelection)[])
    .map((part) => ({ part, tests: testsOf(selection[part] ?? [], fitting[part]) }))
    .filter(({ tests }) => tests.length > 0);
  const asked = parts.filter(({ part }) => part !== 'include' && part !== 'exclude');
  const included = fitsOneOf(parts, 'include');
  const excluded = fitsOneOf(parts, 'exclude');
  const onlyIncluded = asked.length === 0 && parts.some(({ part }) => part === 'include');
  const fitsAll: Fits = (rule) =>
    !onlyIncluded && asked.every(({ tests }) => tests.some(({ fits }) => fits(rule)));
  return {
    rules: rules.filter((rule) => !excluded(rule) && (included(rule) || fitsAll(rule))),
    unused: parts.flatMap(({ part, tests }) =>
      tests.filter(({ fits }) => !rules.some(fits)).map(({ value }) => ({ part, value })),
    ),
  };
}

interface ValueTest {
  readonly value: string;
  readonly fits: Fits;
}

const testsOf = (values: readonly string[], testOf: (value: string) => Fits): readonly ValueTest[] =>
  values.map((value) => ({ value, fits: testOf(value) }));

function fitsOneOf(
  parts: readonly { readonly part: keyof RuleSelection; readonly tests: readonly ValueTest[] }[],
  name: keyof RuleSelection,
): Fits {
  const tests = parts.find(({ part }) => part === name)?.tests ?? [];
  return (rule) => tests.some(({ fits }) => fits(rule));
}
