export * from './contract.ts';
export { openControlStore } from './open.ts';
export { sessionLimits } from './sessions.ts';
