export * from './enrichers.ts';
