export * from './event_record.ts';
export * from './event_time.ts';
export * from './idle_mark.ts';
export * from './watermark.ts';
