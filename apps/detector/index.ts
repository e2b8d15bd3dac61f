export { type Detector, type DetectorDeps, type RuleStatus, startDetector } from './detector.ts';
export { type EventClock, startEventClock } from './event_clock.ts';
export type { LoadedRules, RuleInfo, RuleSources } from './protocol.ts';
