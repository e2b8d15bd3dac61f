export * from './contract.ts';
export * from './keyed/index.ts';
export * from './logger.ts';
