export { type Converted, convertRule } from './convert.ts';
export { toDsl } from './dsl.ts';
export { toLucene } from './lucene.ts';
export { toMonitor } from './monitor.ts';
export type { Refusal, Warning } from './problems.ts';
