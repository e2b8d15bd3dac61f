import { defineErrors } from '@tidewatch/event';

/** Failures of start-up and of wrong use; what is wrong with a rule is a {@link RejectionCode}, a value. */
export const errors = defineErrors({
  LOGSOURCES_UNREADABLE: { status: 500, message: 'The log source file {file} cannot be read: {cause}' },
  LOGSOURCES_INVALID: { status: 500, message: 'The log source file {file} is not usable: {cause}' },
});

/** Why a document of a rule file did not become a rule. `{name}` is filled from the details. */
const rejections = {
  unreadable: 'The file cannot be read: {cause}',
  not_a_file: '{name} is a directory; a rule file was expected.',
  file_too_large: 'The file has more than {limit} bytes, which is the most that is read.',
  invalid_yaml: 'The file is not valid YAML: {cause}',
  not_a_rule: 'The document is not a Sigma rule: {cause}',
  missing_attribute: 'The attribute `{name}` is missing or empty.',
  invalid_attribute: 'The attribute `{name}` is not valid: {cause}',
  duplicate_id: 'The id {id} is already taken by {file}.',
  invalid_selection: 'The selection `{selection}` is not valid: {cause}',
  empty_values: 'The list of values for `{key}` is empty.',
  too_many_values: 'The detection has more than {limit} values, or a value expands into more.',
  unknown_modifier: 'The modifier `{modifier}` of `{key}` is unknown{hint}.',
  modifier_conflict: 'The modifier `{modifier}` of `{key}` cannot be used here: {cause}',
  invalid_value: 'The value {value} of `{key}` is not valid: {cause}',
  invalid_regex: 'The regular expression {value} of `{key}` is not valid: {cause}',
  regex_look_around: 'The regular expression {value} of `{key}` uses look-around, which is refused.',
  regex_back_reference: 'The regular expression {value} of `{key}` uses a back-reference, which is refused.',
  unresolved_placeholder: 'The placeholder %{name}% of `{key}` has no list of values.',
  invalid_condition: 'The condition is not valid: {cause}',
  deprecated_aggregation:
    'The condition uses the pipe of aggregations, which Sigma 2 replaced by correlations.',
  unknown_selection: 'The condition names `{selection}`, which the detection does not define.',
  empty_set: 'The condition says `{expression}`, but no selection is meant by it.',
  unknown_rule: 'The correlation builds on `{name}`, which is not among the rules in force{hint}.',
  ambiguous_rule: 'The correlation builds on `{name}`, a name that {file} and {other} both have.',
  rule_twice: 'The correlation names {title} twice, by id and by name.',
  correlation_cycle: 'The correlation builds on itself, by way of {title}.',
  correlation_depth: 'More than {limit} correlations build on one another, or more than {most} all together.',
  alias_incomplete: 'The alias `{alias}` says no field of {rule}.',
  not_grouped: '{rule} gives only the values of its `group-by`, which has no `{field}`.',
  filter_unknown_rule: 'The filter names `{name}`, which is not among the rules{hint}.',
  filter_correlation:
    'The filter names the correlation `{name}`; filters are added to the rules that it builds on.',
  filter_logsource: 'The filter is for {wanted}, but {title} is for {stated}.',
  filter_expired: 'The filter is not applied: it expired at {time}.',
  filter_without_not:
    'The condition has no `not`: the rules match only what the filter selects, and leave out nothing of it.',
  not_a_pipeline: 'The file is not a processing pipeline: {cause}.',
  unknown_type: 'The {kind} `{type}` is unknown{hint}.',
  refused_type: 'The {kind} `{type}` cannot be used: {cause}.',
  pipeline_failure: 'A processing pipeline refuses the rule: {message}',
  nothing_left: 'A processing pipeline dropped all that the rule looks for.',
  several_names: 'A processing pipeline gives `{field}` several names, where a correlation takes one.',
  filter_unused: 'The filter is added to no rule: none is for {logsource}.',
} as const;

export type RejectionCode = keyof typeof rejections;

/** Where in a document something stands: keys and indices from the root. */
export type DocumentPath = readonly (string | number)[];

/** Carries a rejection from deep inside a rule to the border of the rule, where it becomes a value. */
export class Rejection extends Error {
  readonly code: RejectionCode;
  readonly path: DocumentPath;

  constructor(code: RejectionCode, details: Readonly<Record<string, unknown>>, path: DocumentPath = []) {
    super(rejections[code].replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? '')));
    this.name = 'Rejection';
    this.code = code;
    this.path = path;
  }
}
