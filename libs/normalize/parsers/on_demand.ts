import { validateYaml } from '@tidewatch/plugin';
import type { Resources } from '../processors/processor.ts';
import type { Figures, Parser } from './compile.ts';
import { type ParserFault, readParser } from './load.ts';
import { parserHead } from './parser_file.ts';

/**
 * A parser of which only what finds its records is read; the rest when it is first asked, which takes some milliseconds
 * once. For what ships: its files were found right before. Most servers meet few of the sources that are known.
 */
export function parserOnDemand(
  text: string,
  file: string,
  resources: Omit<Resources, 'folder'>,
): Parser | ParserFault {
  const read = validateYaml(text, parserHead);
  if (!read.ok) return { file, issues: read.issues };
  const { name, title, native = false, match = [], namespace } = read.value;
  const idle: Figures = { records: 0, failures: 0, ms: 0, lastFailure: undefined };
  let whole: Parser | undefined;
  const compiled = (): Parser | undefined => {
    if (whole !== undefined || idle.lastFailure !== undefined) return whole;
    const found = readParser(text, file, resources);
    if ('issues' in found) idle.lastFailure = `not right: ${found.issues[0]?.message}`;
    else whole = found;
    return whole;
  };
  return {
    name,
    title,
    file,
    text,
    native,
    match,
    namespace: namespace ?? name.split('.')[0] ?? name,
    get figures() {
      return whole?.figures ?? idle;
    },
    claims: (fields) => compiled()?.claims(fields) ?? false,
    run(fields, context, depth) {
      const parser = compiled();
      if (parser === undefined) throw new TypeError(`${file} claims nothing, and was run.`);
      return parser.run(fields, context, depth);
    },
    anew: (others) => parserOnDemand(text, file, others) as Parser,
  };
}
