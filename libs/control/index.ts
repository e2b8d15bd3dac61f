export * from './contract.ts';
export { ingestRoles, ingestScope, keyPrefix, mayIngest } from './keys.ts';
export { openControlStore } from './open.ts';
export { sessionLimits } from './sessions.ts';
