export { type Detector, type DetectorDeps, type RuleStatus, startDetector } from './detector.ts';
export type { LoadedRules, RuleInfo, RuleSources } from './protocol.ts';
