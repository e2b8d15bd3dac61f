export * from './define.ts';
export * from './errors.ts';
export * from './host.ts';
export * from './kinds.ts';
export { linearPattern } from './linear_pattern.ts';
export type { ItemResult, PluginDescription } from './protocol.ts';
export * from './record.ts';
export * from './thread.ts';
export * from './validate.ts';
