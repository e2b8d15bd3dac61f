export * from './contract.ts';
export { deviceLifeMs } from './devices.ts';
export { ingestRoles, ingestScope, isInForce, keyPrefix, mayIngest } from './keys.ts';
export { openControlStore } from './open.ts';
export { sessionLimits } from './sessions.ts';
