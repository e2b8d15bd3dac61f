export * from './enrichers.ts';
export * from './enrichment.ts';
export { feedColumns } from './feed_csv.ts';
export * from './loader.ts';
