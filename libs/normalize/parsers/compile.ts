import type { JsonObject } from '@tidewatch/event';
import { parseKql, toPredicate } from '@tidewatch/query';
import type { FieldsDraft, ParseContext } from '../draft.ts';
import { withEcsTypes } from '../ecs_types.ts';
import { processors } from '../processors/index.ts';
import { createMemory } from '../processors/memory.ts';
import type { Resources } from '../processors/processor.ts';
import type { StepFile } from '../processors/step.ts';
import { type Ended, isFailed, type Step, type StepResult, type Work } from '../processors/work.ts';
import { setEndpoints } from './endpoints.ts';
import type { Match, ParserFile } from './parser_file.ts';

/** A parser in force. */
export interface Parser {
  readonly name: string;
  readonly title: string;
  readonly file: string;
  readonly native: boolean;
  readonly match: readonly Match[];
  /** Whether the file's `filter` holds. */
  readonly claims: (fields: JsonObject) => boolean;
  /** Path under which a JSON document stands before the first processor. */
  readonly namespace: string;
  /** Takes the processors over the fields, which it may keep and change. */
  readonly run: (fields: JsonObject, context: ParseContext, depth: number) => Parsed;
  readonly figures: Figures;
  /** The file's text. */
  readonly text: string;
  /** The same parser with other resources, and with state and figures of its own. */
  readonly anew: (resources: Omit<Resources, 'folder'>) => Parser;
}

/** What a parser did since it came into force. */
export interface Figures {
  records: number;
  /** Records on which a processor failed. */
  failures: number;
  /** Time spent, milliseconds: of one record in 16, times 16. */
  ms: number;
  /** The last failure's reason. */
  lastFailure: string | undefined;
}

/** What became of a record in a parser. */
export type Parsed =
  | { readonly status: 'ok'; readonly draft: FieldsDraft; readonly stream: string | undefined }
  | { readonly status: 'failed'; readonly reason: string; readonly draft: FieldsDraft }
  | Exclude<Ended, { readonly status: 'done' }>;

/** One record in so many is timed. */
const timed = 16;

export function compileParser(
  file: ParserFile,
  at: Pick<Parser, 'file' | 'text'>,
  resources: Resources,
): Parser {
  const { name, title, native = false, match = [], filter } = file;
  const steps = compileSteps(file.processors, { memory: createMemory(), ...resources, parser: name });
  const figures: Figures = { records: 0, failures: 0, ms: 0, lastFailure: undefined };
  return {
    name,
    title,
    ...at,
    native,
    match,
    claims: filter === undefined ? () => true : compileCondition(filter),
    namespace: file.namespace ?? name.split('.')[0] ?? name,
    figures,
    anew: (others) => compileParser(file, at, { ...others, folder: resources.folder }),
    run(fields, context, depth) {
      const started = ++figures.records % timed === 0 ? performance.now() : 0;
      const work: Work = {
        fields,
        context,
        source: context.source,
        depth,
        dataset: name,
        time: undefined,
        created: undefined,
        stream: undefined,
      };
      const parsed = finish(work, steps(work));
      if (parsed.status === 'failed') {
        figures.failures++;
        figures.lastFailure = parsed.reason;
      }
      if (started > 0) figures.ms += (performance.now() - started) * timed;
      return parsed;
    },
  };
}

function finish(work: Work, result: StepResult): Parsed {
  if (result !== undefined && !isFailed(result) && result.status !== 'done') return result;
  const { dataset, time, created, stream, context } = work;
  for (const key of Object.keys(work.fields)) if (key.startsWith('_')) delete work.fields[key];
  setEndpoints(work.fields);
  const fields = withEcsTypes(work.fields, () => context.warn('wrong_type'));
  const draft: FieldsDraft = { dataset, time, created, fields };
  return isFailed(result)
    ? { status: 'failed', reason: result.failed, draft }
    : { status: 'ok', draft, stream };
}

/** Compiles KQL that the file's schema has found to be right. */
function compileCondition(text: string): (fields: JsonObject) => boolean {
  const parsed = parseKql(text);
  if (!parsed.ok) throw new TypeError(`not KQL: ${text}`);
  return toPredicate(parsed.ast, { now: 0 });
}

export function compileSteps(files: readonly StepFile[], resources: Resources): Step {
  const steps = files.map((file) => compileStep(file, resources));
  const [only] = steps;
  if (steps.length === 1 && only !== undefined) return only;
  return (work) => {
    for (let i = 0; i < steps.length; i++) {
      const result = (steps[i] as Step)(work);
      if (result !== undefined) return result;
    }
    return undefined;
  };
}

function compileStep(file: StepFile, resources: Resources): Step {
  const { if: test, else: otherwise } = file;
  const { watch } = resources;
  const plain = file.do === undefined ? processorStep(file, resources) : compileSteps(file.do, resources);
  const step = failing(file, watch?.taken(file, plain) ?? plain, resources);
  if (test === undefined) return step;
  const holds = compileCondition(test);
  if (otherwise === undefined) return (work) => (holds(work.fields) ? step(work) : watch?.skipped(file));
  const other = compileSteps(otherwise, resources);
  return (work) => {
    if (holds(work.fields)) return step(work);
    watch?.skipped(file);
    return other(work);
  };
}

function failing(
  { ignore_failure: ignored, on_failure: instead }: StepFile,
  step: Step,
  resources: Resources,
): Step {
  if (instead !== undefined) {
    const after = compileSteps(instead, resources);
    return (work) => {
      const result = step(work);
      return isFailed(result) ? after(work) : result;
    };
  }
  if (ignored !== true) return step;
  return (work) => {
    const result = step(work);
    return isFailed(result) ? undefined : result;
  };
}

function processorStep(file: StepFile, resources: Resources): Step {
  for (const [name, config] of Object.entries(file)) {
    const processor = processors.get(name);
    if (processor === undefined || config === undefined) continue;
    const steps = (inner: readonly unknown[]): Step => compileSteps(inner as readonly StepFile[], resources);
    return processor.create(config as never, { steps, resources });
  }
  throw new TypeError('a step without a processor');
}
