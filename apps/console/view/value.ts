import { getField, type JsonObject } from '@tidewatch/event';

/** A field's value on one line. */
export function valueText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** First of the paths that holds something, as text. */
export function firstText(event: JsonObject, paths: readonly string[]): string {
  for (const path of paths) {
    const text = valueText(getField(event, path));
    if (text !== '') return text;
  }
  return '';
}

/** What an event says, in one line: its message, else what a person would look at first. */
export const eventSummary = (event: JsonObject): string =>
  firstText(event, [
    'message',
    'process.command_line',
    'url.original',
    'dns.question.name',
    'file.path',
    'registry.path',
    'event.original',
    'event.action',
  ]).replaceAll(/\s+/g, ' ');

export const eventTime = (event: JsonObject): number => Date.parse(valueText(getField(event, '@timestamp')));
export const eventId = (event: JsonObject): string => valueText(getField(event, 'event.id'));
