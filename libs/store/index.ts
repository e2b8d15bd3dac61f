export * from './classes.ts';
export * from './contract.ts';
export { errors as storeErrors } from './errors.ts';
export { type Period, partitionName, partitionPeriod } from './partition.ts';
export * from './retention.ts';
