export { type AnyRule, isCorrelationRule, namesOf, rulesByName } from './any_rule.ts';
export {
  type Converted,
  convertRule,
  type Refusal,
  toDsl,
  toLucene,
  toMonitor,
  type Warning,
} from './convert/index.ts';
export * from './correlation/index.ts';
export { shownFields } from './correlation/shown_field.ts';
export { type CoverageOptions, coverageOf, type MissingField, type SourceCoverage } from './coverage.ts';
export { type Credit, creditOf } from './credit.ts';
export { detectorOf } from './detector_of.ts';
export {
  type ChangedRule,
  type ComparableRule,
  type ComparableSet,
  diffRules,
  type FilterReach,
  type LoneRule,
  type RuleRef,
  type RuleSetDiff,
} from './diff.ts';
export type { Change, LogicChange, ValuesChange } from './diff_changes.ts';
export { createSigmaEngine, type RuleHit, type SigmaEngine, type SigmaEngineOptions } from './engine.ts';
export { entityKey } from './entity_key.ts';
export type { RejectionCode } from './errors.ts';
export type { Excluded, MissedLeaf, MissedSource, SigmaMiss, StatedSource } from './explain_miss.ts';
export { entriesFor, fieldTable, readingsOf, type SourceEntry } from './field_table/index.ts';
export { type AppliedFilter, applyFilters, type SigmaFilter } from './filter.ts';
export { type LoadedRules, type LoadOptions, loadRules } from './load.ts';
export type { WindowsAlternative, WindowsTable } from './logsources.ts';
export type { MissHint } from './miss_hints.ts';
export { type ParsedFile, parseRuleFile } from './parse.ts';
export type { Pattern, Token } from './pattern.ts';
export { deferring, type Placeholders } from './placeholder.ts';
export { enableLinearRegExpFallback } from './regex.ts';
export type {
  Condition,
  Detection,
  Item,
  ItemValue,
  LogSource,
  RejectedRule,
  Selection,
  SigmaRule,
} from './rule.ts';
export { createRuleCosts, progress, type RuleCosts, total } from './rule_costs.ts';
export {
  levelsFrom,
  parseLevels,
  type RuleSelection,
  recommendedSelection,
  type SelectableRule,
  type SelectedRules,
  selectRules,
} from './select.ts';
export { loadThorTable } from './thor.ts';
export { parseTimespan } from './timespan.ts';
export { type Asks, type Weakened, type WeakenedOptions, weakenedRules } from './weakened.ts';
