export * from './contract.ts';
export * from './keyed/index.ts';
export * from './lines.ts';
export * from './logger.ts';
