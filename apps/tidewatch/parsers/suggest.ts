import { createHeader } from '@tidewatch/inputs';
import { createSuggesting, type SuggestedShape, type Suggestions } from '@tidewatch/normalize';
import { visibleText } from '../dead_letters/visible.ts';
import { type RecordOptions, recordOfLine } from './record.ts';
import { fileLines } from './records.ts';
import { loadForCommand, type SourceOptions } from './sources.ts';

export interface SuggestOptions extends SourceOptions, RecordOptions {
  /** Name of the parser that would be written. */
  readonly name: string;
  /** Most shapes. */
  readonly limit: number;
}

/** How often progress is told, in records. */
const toldEvery = 50_000;

/** Groups what no parser understands of a file by shape, with a way to read each. */
export async function suggestFor(
  file: string,
  options: SuggestOptions,
  root: string,
  say: (text: string) => void,
): Promise<Suggestions> {
  const { dispatch } = await loadForCommand(options, root, say);
  const suggesting = createSuggesting(dispatch, options.name);
  const header = createHeader();
  let records = 0;
  for await (const line of fileLines(file)) {
    suggesting.add(recordOfLine(line, records++, { ...options, header: header(line) }), options.source);
    if (records % toldEvery === 0) say(`${records.toLocaleString('en')} records read`);
  }
  return suggesting.suggestions(options.limit);
}

/** Most frequent first: how often, the shape, a way to read it, and an example. */
export function suggestionsText({ records, understood, others, shapes }: Suggestions): string {
  const blocks = shapes.map((shape, i) => shapeText(shape, i + 1));
  const left = records - understood;
  const more = others > 0 ? `, ${others} of too many shapes to tell apart` : '';
  const total = `${records} records, ${understood} understood; ${left} not, of ${shapes.length} shapes${more}`;
  return visibleText([...blocks, total].join('\n'));
}

function shapeText(
  { count, share, program, shape, processor, pattern, examples }: SuggestedShape,
  number: number,
): string {
  const from = program === undefined ? '' : ` from ${program}`;
  const lines = [`${number}. ${count} times (${(share * 100).toFixed(1)} %)${from}: ${shape}`];
  if (pattern !== undefined && processor !== 'kv') lines.push(`   ${processor}: ${pattern}`);
  else if (processor !== undefined) lines.push(`   ${processor}`);
  for (const example of examples) lines.push(`   > ${example}`);
  return `${lines.join('\n')}\n`;
}
