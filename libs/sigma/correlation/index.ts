export {
  type Correlated,
  type Correlator,
  type CorrelatorConfig,
  type CorrelatorPart,
  createCorrelator,
} from './correlator.ts';
export { geoPointOf } from './geo_point.ts';
export { groupId } from './instance.ts';
export { type CorrelationPlan, type Feed, type Plans, planCorrelations } from './plan.ts';
export type { CorrelationRule } from './rule.ts';
export { isStretch, type MatchLine, type Stretch } from './stretch.ts';
export { measuredValue } from './timeline.ts';
