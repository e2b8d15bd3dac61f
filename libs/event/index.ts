export * from './alert.ts';
export * from './bucket.ts';
export * from './errors.ts';
export * from './event.ts';
export * from './field.ts';
export * from './json.ts';
export * from './match.ts';
export * from './outcome.ts';
