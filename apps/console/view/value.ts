import { getField, isObject, type Json, type JsonObject } from '@tidewatch/event';

/** A field of an event or alert, and what it has there. */
export interface FieldValue {
  readonly field: string;
  readonly value: Json;
}

/** A field's value on one line. */
export function valueText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What a line of a list has room for, many times over. */
const longest = 1_000;

/**
 * Controls, marks of direction and spaces without width, which would not be seen or would turn text around, by their code
 * points. Joiners stay: scripts and emoji need them. Lines of Windows end as others do.
 */
export const visible = (text: string): string => text.replace(unseen, shownAs);

const unseen = /\r\n|[^\P{Cc}\n\t]|[\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/gu;

function shownAs(found: string): string {
  if (found === '\r\n') return '\n';
  const code = found.codePointAt(0) ?? 0;
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}

/** First of the paths that holds something, as text to be seen. */
export function firstText(event: JsonObject, paths: readonly string[]): string {
  for (const path of paths) {
    const text = valueText(getField(event, path));
    if (text !== '') return visible(text.slice(0, longest));
  }
  return '';
}

/** Fields that say what happened, the most telling first. */
const telling = [
  'process.command_line',
  'url.original',
  'dns.question.name',
  'file.path',
  'registry.path',
] as const;

/** What an event says, in one line: its message, but where that lists all fields on lines of their own, what a person would look at first. */
export function eventSummary(event: JsonObject): string {
  const lists = valueText(getField(event, 'message')).includes('\n');
  const paths = lists ? [...telling, 'message'] : ['message', ...telling];
  const said = scoreSummary(event) ?? firstText(event, [...paths, 'event.original', 'event.action']);
  return said.replaceAll(/\s+/g, ' ');
}

/** What a model says of an event, or a detector of an interval, and of whom. */
function scoreSummary(event: JsonObject): string | undefined {
  const score = getField(event, 'tidewatch.score');
  if (!isObject(score) || typeof score.value !== 'number') return undefined;
  const isDetector = score.engine === 'forest';
  const whom = firstText(event, isDetector ? [...entities, 'service.name', 'tidewatch.source'] : entities);
  const version = isDetector ? '' : valueText(score.version);
  const who = visible(`${valueText(score.name)}${version === '' ? '' : ` ${version}`}`.slice(0, longest));
  // A model's score names the event, and that its entity.
  const of = whom === '' ? `event ${firstText(event, ['tidewatch.score.of'])}` : whom;
  return `${who}: score ${scoreFormat.format(score.value)} of ${of}`;
}

const entities = ['user.name', 'host.name', 'source.ip', 'process.name'] as const;
const scoreFormat = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 3 });

export const eventTime = (event: JsonObject): number => Date.parse(valueText(getField(event, '@timestamp')));
export const eventId = (event: JsonObject): string => valueText(getField(event, 'event.id'));
