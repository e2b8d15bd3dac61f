import type { LogSource } from '../rule.ts';

/** Where one Sigma field stands: a path of ECS or of the source's namespace, with dots. */
export type FieldPath = string;

/** How a Sigma field is read from an event. */
export interface FieldRule {
  /**
   * `first`: the first path that is there; `every`: all of them, as a field with several values; `beside`: these, too,
   * where the source has a field of the name that says something else.
   */
  readonly take: 'first' | 'every' | 'beside';
  readonly paths: readonly FieldPath[];
  /** What Sigma calls a value, by ECS's word for it in lower case; values that are not listed are as they stand. */
  readonly values?: Readonly<Record<string, string>>;
}

/** One path, several of which the first that is there counts, or a rule of its own. */
export type FieldEntry = FieldPath | readonly FieldPath[] | FieldRule;

/** Where what rules of one log source ask for stands after normalisation. */
export interface SourceEntry {
  /** As rules write it; a rule has the fields of all entries that state nothing else than its own log source. */
  readonly logsource: LogSource;
  /** Data sets (`event.dataset`) that such events come from, or modules (`event.module`) for all of a module's. */
  readonly datasets: readonly string[];
  /** Objects in which the source's own document stands, under its own names; they come before all that `fields` says. */
  readonly namespaces?: readonly FieldPath[];
  /** Fields that are read from there, parted by spaces; `*`: whatever the source writes is kept there. */
  readonly own?: string;
  /** What has another name, or ECS's. */
  readonly fields?: Readonly<Record<string, FieldEntry>>;
}

export const every = (...paths: FieldPath[]): FieldRule => ({ take: 'every', paths });

export const valued = (values: Readonly<Record<string, string>>, ...paths: FieldPath[]): FieldRule => ({
  take: 'first',
  paths,
  values,
});

export const ruleOf = (entry: FieldEntry): FieldRule =>
  typeof entry === 'string'
    ? { take: 'first', paths: [entry] }
    : 'take' in entry
      ? entry
      : { take: 'first', paths: entry };
