export * from './contract.ts';
export { keyPrefix } from './keys.ts';
export { openControlStore } from './open.ts';
export { sessionLimits } from './sessions.ts';
