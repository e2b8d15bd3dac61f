import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type SuggestedShape, testParsers } from '@tidewatch/normalize';
import { stringify } from 'yaml';
import { reasonOf, startErrors } from '../errors.ts';
import { writeExpected } from './write_expected.ts';

export interface NewParser {
  readonly file: string;
  readonly testFile: string;
  /** Shapes that it reads. */
  readonly shapes: number;
  /** Records of the file that have them. */
  readonly records: number;
}

/** Most shapes of one new parser, and least share of one. */
const mostShapes = 20;
const leastShare = 0.005;

type Steps = SuggestedShape['steps'];
type Step = Steps[number];

/**
 * Writes a parser for the most frequent shapes that one parser can read, and its tests, with what it makes of their
 * examples now. Undefined where there is no shape to read.
 *
 * @throws PARSER_EXISTS, FILE_UNREADABLE
 */
export async function writeNewParser(
  name: string,
  shapes: readonly SuggestedShape[],
  folder: string,
): Promise<NewParser | undefined> {
  const chosen = readTogether(shapes);
  if (chosen.length === 0) return undefined;
  const [module = name, ...rest] = name.split('.');
  const file = join(folder, `${rest.length === 0 ? module : `${module}_${rest.join('_')}`}.yml`);
  const testFile = file.replace(/\.yml$/, '.test.yml');
  const parser = {
    name,
    title: `Records of ${module}`,
    match: matchOf(chosen),
    processors: stepsOf(chosen),
  };
  const tests = chosen.map(({ shape, processor, examples: [example = ''] }) => ({
    title: shape.slice(0, 100),
    ...(processor === 'document' ? { document: JSON.parse(example) as unknown } : { line: example }),
  }));
  await mkdir(dirname(file), { recursive: true });
  await writeOnce(file, stringify(parser, { lineWidth: 0, flowCollectionPadding: false }));
  await writeOnce(testFile, stringify({ tests }, { lineWidth: 0, flowCollectionPadding: false }));
  const report = await testParsers([file]);
  for (const one of report.parsers) await writeExpected(one, false);
  return {
    file,
    testFile,
    shapes: chosen.length,
    records: chosen.reduce((sum, { count }) => sum + count, 0),
  };
}

async function writeOnce(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw startErrors.PARSER_EXISTS({ file });
    throw startErrors.FILE_UNREADABLE({ file, reason: reasonOf(error) });
  }
}

/** Shapes of the same kind and program as the most frequent one that can be read. */
function readTogether(shapes: readonly SuggestedShape[]): readonly SuggestedShape[] {
  const first = shapes.find(({ steps, match }) => steps.length > 0 && !('source' in match));
  if (first === undefined) return [];
  const kindOf = ({ processor }: SuggestedShape) => (processor === 'grok' ? 'dissect' : processor);
  return shapes
    .filter(
      (shape) =>
        shape.steps.length > 0 &&
        !('source' in shape.match) &&
        shape.program === first.program &&
        kindOf(shape) === kindOf(first) &&
        (shape === first || shape.share >= leastShare),
    )
    .slice(0, first.processor === 'document' || first.processor === 'kv' ? 1 : mostShapes);
}

function matchOf(shapes: readonly SuggestedShape[]): unknown {
  const matches = [...new Map(shapes.map(({ match }) => [JSON.stringify(match), match])).values()];
  return matches.length === 1 ? matches[0] : matches;
}

function stepsOf(shapes: readonly SuggestedShape[]): readonly Step[] {
  const [only] = shapes;
  if (shapes.length === 1 && only !== undefined) return only.steps;
  const patterns = (processor: string) =>
    shapes
      .filter((shape) => shape.processor === processor)
      .map(({ pattern = '' }) => pattern)
      // What has more fixed text is told first: the others may fit its lines, too.
      .sort((a, b) => fixedText(b) - fixedText(a));
  const [dissects, groks] = [patterns('dissect'), patterns('grok')];
  const grok: Step[] = groks.length === 0 ? [] : [{ grok: groks }];
  const read: Step[] =
    dissects.length === 0
      ? grok
      : [{ dissect: { pattern: dissects }, ...(grok.length > 0 && { on_failure: grok }) }];
  const formats = new Set(shapes.flatMap(({ steps }) => steps.flatMap(formatsOf)));
  if (formats.size === 0) return read;
  return [...read, { if: '_time: *', date: { field: '_time', formats: [...formats] } }];
}

const fixedText = (pattern: string): number => pattern.replaceAll(/%\{[^}]*\}/g, '').length;

const formatsOf = ({ date }: Step): readonly string[] =>
  date === undefined ? [] : (date as { formats: readonly string[] }).formats;
