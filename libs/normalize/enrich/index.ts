export * from './enrichers.ts';
export * from './enrichment.ts';
export * from './loader.ts';
export { filesOf } from './source.ts';
