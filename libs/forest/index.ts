export { UnreadableState } from './bytes.ts';
export { type Anomaly, Detector, type DetectorOptions, warmUp } from './detector.ts';
export { Forest, type ForestOptions } from './forest.ts';
export { Random } from './random.ts';
export { hibernate, restore, save } from './saved.ts';
export { type ScoreName, scoreNames } from './score.ts';
