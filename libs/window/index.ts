export * from './event-record.ts';
export * from './event-time.ts';
export * from './finality.ts';
export * from './idle-mark.ts';
export * from './watermark.ts';
