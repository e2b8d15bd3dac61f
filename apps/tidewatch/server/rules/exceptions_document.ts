import type { ExceptionDesk } from '@tidewatch/api';
import type { LogSource } from '@tidewatch/sigma';

type Asked = Parameters<ExceptionDesk['add']>[0];
type Condition = Asked['conditions'][number];

export interface ExceptionParts extends Pick<Asked, 'conditions' | 'reason' | 'expires' | 'by'> {
  readonly id: string;
  readonly rules: readonly { readonly id: string; readonly title: string }[];
  /** Fields that events have for a name in a condition, where that is not their own. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly logsource: LogSource;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Writes an exception as a Sigma filter document. */
export function exceptionDocument(parts: ExceptionParts): string {
  const { id, rules, fields, logsource, conditions, reason, expires, by, now } = parts;
  const names = conditions.map((_, i) => `c${i + 1}`);
  return [
    `title: ${scalar(titleOf(rules))}`,
    `id: ${id}`,
    `description: ${scalar(reason)}`,
    `author: ${scalar(by)}`,
    `date: ${new Date(now).toISOString().slice(0, 10)}`,
    ...(expires === undefined ? [] : [`expires: ${scalar(expires)}`]),
    'logsource:',
    ...Object.entries(logsource).map(([part, name]) => `  ${part}: ${scalar(name)}`),
    'filter:',
    '  rules:',
    ...rules.map((rule) => `    - ${scalar(rule.id)}`),
    // One selection each, since two may be about the same field.
    ...conditions.flatMap((condition, i) => selection(names[i] as string, condition, fields)),
    `  condition: not ${names.length === 1 ? names[0] : `(${names.join(' and ')})`}`,
    '',
  ].join('\n');
}

function titleOf([first, ...others]: ExceptionParts['rules']): string {
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `Exception from ${first?.title ?? 'nothing'}${more}`;
}

function selection(
  name: string,
  { field, modifier, values }: Condition,
  fields: ExceptionParts['fields'],
): string[] {
  const isText = modifier === undefined || ['contains', 'startswith', 'endswith'].includes(modifier);
  const written = values.map((value) =>
    typeof value === 'string' ? scalar(isText ? literal(value) : value) : String(value),
  );
  // A list of maps: any of the fields.
  const alternatives = (fields.get(field) ?? [field]).flatMap((each) => [
    `    - ${scalar(modifier === undefined ? each : `${each}|${modifier}`)}:`,
    ...written.map((value) => `        - ${value}`),
  ]);
  return [`  ${name}:`, ...alternatives];
}

/** Sigma's wildcards, and backslashes where they would escape something, stand for themselves. */
const literal = (text: string): string => text.replace(/[*?]|\\(?=[\\*?]|$)/g, '\\$&');

/** A text as YAML; single quotes leave backslashes as they are, and hold no line break and nothing unprintable. */
function scalar(text: string): string {
  if (!/[^ -~\u00a0-\u1fff\u2030-\ud7ff]/.test(text)) return `'${text.replaceAll("'", "''")}'`;
  return JSON.stringify(text).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
