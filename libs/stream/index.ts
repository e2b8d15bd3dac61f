export * from './contract.ts';
export * from './decoded.ts';
export { errors as streamErrors } from './errors.ts';
export * from './keyed/index.ts';
export * from './logger.ts';
