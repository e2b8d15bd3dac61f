import type { Pattern } from '../pattern.ts';
import type { Target } from './fields.ts';
import { and, exists, not, or, type Query } from './query.ts';
import { literalLength } from './texts.ts';

/** Paths of which the first group that a document has is read. */
export type Groups = Target['groups'];

/** Asks the first group that a document has, as the engine reads fields. */
export function inFirst(groups: Groups, ask: (group: readonly string[]) => Query): Query {
  const [group = [], ...rest] = groups;
  const here = ask(group);
  if (rest.length === 0) return here;
  const later = inFirst(rest, ask);
  return or([here, and([not(or(group.map(exists))), later])]);
}

/** Where a target is read by each kind of question. */
export interface Places {
  /** All there is, with the copy that keeps long values. */
  readonly groups: Groups;
  /** Where the values that this pattern can match stand. */
  of(pattern: Pattern): Groups;
}

export function placesOf({ groups: [own = [], ...rest], whole, typed }: Target): Places {
  const groups = [whole === undefined ? own : [whole, ...own], ...rest];
  const wholes = whole === undefined ? groups : [[whole]];
  const typeds = typed === undefined ? groups : [[typed]];
  return {
    groups,
    of(pattern) {
      if (pattern.kind === 'cidr' || pattern.kind === 'compare') return typeds;
      return isLonger(pattern) ? wholes : groups;
    },
  };
}

/** What is no more than a dash or empty is not copied to the field for whole values. */
const isLonger = (pattern: Pattern): boolean =>
  pattern.kind === 'any'
    ? pattern.patterns.every(isLonger)
    : pattern.kind === 'text' && literalLength(pattern.tokens) >= 2;
