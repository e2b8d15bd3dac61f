export { type Anomaly, Detector, type DetectorOptions } from './detector.ts';
export { Forest, type ForestOptions } from './forest.ts';
