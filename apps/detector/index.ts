export { type BacktestDeps, type Backtested, backtest } from './backtest.ts';
export type { BacktestedRule } from './backtest_comparison.ts';
export { type Detector, type DetectorDeps, type RuleStatus, startDetector } from './detector.ts';
export { createFeeder, type Feeder } from './feeder.ts';
export type { LoadedRules, RuleInfo, RuleSources } from './protocol.ts';
export { selectFrom } from './rule_selection.ts';
export { focusOn, loadRuleSet, type RuleSet } from './rule_set.ts';
