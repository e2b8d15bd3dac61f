export { type BacktestDeps, type Backtested, type BacktestedRule, backtest } from './backtest.ts';
export { type Detector, type DetectorDeps, type RuleStatus, startDetector } from './detector.ts';
export { createFeeder, type Feeder } from './feeder.ts';
export type { LoadedRules, RuleInfo, RuleSources } from './protocol.ts';
export { loadRuleSet, type RuleSet } from './rule_set.ts';
