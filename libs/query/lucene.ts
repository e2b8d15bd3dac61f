import type { Fix } from './parse.ts';
import { matchAt } from './scan.ts';

interface Habit {
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly fix: Fix;
}

const range = /([[{])\s*("[^"]*"|[^\s\]}]+)\s+TO\s+("[^"]*"|[^\s\]}]+)\s*([\]}])/y;

/**
 * What people bring along from Lucene's query syntax, with what KQL writes instead.
 *
 * @param field for a value: its field's text, and where that begins
 */
export function luceneHabit(
  text: string,
  at: number,
  place: 'operand' | 'value' | 'operator',
  field = '',
  fieldStart = at,
): Habit | undefined {
  const habit = (message: string, start: number, end: number, replacement: string): Habit => ({
    message,
    start,
    end,
    fix: { start, end, text: replacement },
  });
  if (place === 'operator') {
    const sign = matchAt(/\s*(&&|\|\|)\s*/y, text, at);
    if (sign === null) return undefined;
    const word = sign[1] === '&&' ? 'and' : 'or';
    const before = /\s$/.test(text.slice(0, at)) ? '' : ' ';
    return habit(`KQL writes “${word}”, not “${sign[1]}”.`, at, at + sign[0].length, `${before}${word} `);
  }
  if (place === 'operand') {
    const exists = matchAt(/_exists_\s*:\s*("[^"]*"|[^\s()]+)/y, text, at);
    if (exists !== null)
      return habit('KQL asks “field: *”, not “_exists_”.', at, at + exists[0].length, `${exists[1]}: *`);
    const sign = matchAt(/[-!+](?=[^\s])/y, text, at)?.[0];
    if (sign === undefined) return undefined;
    const message =
      sign === '+'
        ? 'A leading “+” means nothing in KQL; quote the value if it belongs to it.'
        : `KQL writes “not”, not “${sign}”; quote the value if “${sign}” belongs to it.`;
    return habit(message, at, at + 1, sign === '+' ? '' : 'not ');
  }
  const match = matchAt(range, text, at);
  if (match !== null) {
    const [all, open, low, high, close] = match as unknown as [string, string, string, string, string];
    const bounds = [
      ...(low === '*' ? [] : [`${field} ${open === '[' ? '>=' : '>'} ${low}`]),
      ...(high === '*' ? [] : [`${field} ${close === ']' ? '<=' : '<'} ${high}`]),
    ];
    const replacement = bounds.length === 2 ? `(${bounds.join(' and ')})` : (bounds[0] ?? `${field}: *`);
    return habit('KQL writes ranges with >= and <=.', fieldStart, at + all.length, replacement);
  }
  const operator = matchAt(/(<=|>=|<|>)\s*/y, text, at);
  if (operator === null) return undefined;
  return habit(
    'A range has no colon in KQL.',
    fieldStart,
    at + operator[0].length,
    `${field} ${operator[1]} `,
  );
}
