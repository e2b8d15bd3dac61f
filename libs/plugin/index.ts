export * from './define.ts';
export * from './kinds.ts';
export * from './record.ts';
