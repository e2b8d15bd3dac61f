export * from './accuracy.ts';
export { type Breach, type BreachRequest, breachOf, type Lifetime, type Path, project } from './breach.ts';
export type { Basis, Expectation } from './expectation.ts';
export { type Growth, growthOf } from './growth.ts';
export { type LocalTime, localTimeOf } from './local_time.ts';
export {
  createMonitor,
  type Monitor,
  type MonitorOptions,
  restoreMonitor,
} from './monitor.ts';
export { type Choice, choose, type Part, type Prediction, type PredictOptions, predict } from './predict.ts';
export { rateOf } from './rates.ts';
export { passesSeasonalTest, seasonsOf } from './seasons.ts';
