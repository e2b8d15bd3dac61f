import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isObject } from '@tidewatch/event';
import { validateYaml } from '@tidewatch/plugin';
import { type Draft, type FieldsDraft, withFields } from '../draft.ts';
import { compileSteps } from '../parsers/compile.ts';
import { noDispatch } from '../parsers/dispatch.ts';
import { faultOf, type ParserFault, parserFiles } from '../parsers/load.ts';
import type { Memory } from '../processors/memory.ts';
import type { Resources } from '../processors/processor.ts';
import type { Step, Work } from '../processors/work.ts';
import type { Stage, StageContext } from '../stage.ts';
import { type JoinFile, joinFile } from './join_file.ts';

export interface LoadedJoins {
  readonly stage: Stage;
  readonly files: readonly LoadedFile[];
  /** Files that are not right as they are now. */
  readonly faults: readonly ParserFault[];
}

/** A file in force. */
interface LoadedFile {
  readonly file: string;
  readonly text: string;
  readonly name: string;
  readonly joins: readonly Join[];
}

interface Join {
  readonly datasets: readonly string[];
  readonly codes: ReadonlySet<string> | undefined;
  readonly step: Step;
}

/**
 * Reads the files of joins in folders, or single ones, and makes a stage of them. Of several of a name the first counts.
 * One that is not right is a fault: what was in force from it stays. What has not changed stays as it is.
 */
export async function loadJoins(
  paths: readonly string[],
  resources: Omit<Resources, 'folder' | 'memory'> & { readonly memory: Memory },
  before?: LoadedJoins,
): Promise<LoadedJoins> {
  const known = before?.files ?? [];
  const found = new Map<string, LoadedFile>();
  const faults: ParserFault[] = [];
  for (const path of paths)
    for (const loaded of await readPath(path, known, resources, faults))
      if (!found.has(loaded.name)) found.set(loaded.name, loaded);
  const files = [...found.values()];
  const joins = new Map<string, Join[]>();
  for (const join of files.flatMap((loaded) => loaded.joins))
    for (const dataset of join.datasets) joins.set(dataset, [...(joins.get(dataset) ?? []), join]);
  return { stage: { name: 'joins', apply: (draft, context) => apply(draft, context, joins) }, files, faults };
}

async function readPath(
  path: string,
  known: readonly LoadedFile[],
  resources: Omit<Resources, 'folder'>,
  faults: ParserFault[],
): Promise<LoadedFile[]> {
  const loaded: LoadedFile[] = [];
  try {
    for (const file of (await stat(path)).isDirectory() ? await parserFiles(path) : [path]) {
      const before = known.find((other) => other.file === file);
      const read = await readOne(file, before, resources, faults);
      if (read !== undefined) loaded.push(read);
    }
    return loaded;
  } catch (error) {
    faults.push(faultOf(path, (error as Error).message));
    return known.filter(({ file }) => file === path || file.startsWith(`${path}/`));
  }
}

async function readOne(
  file: string,
  before: LoadedFile | undefined,
  resources: Omit<Resources, 'folder'>,
  faults: ParserFault[],
): Promise<LoadedFile | undefined> {
  try {
    const text = await readFile(file, 'utf8');
    if (text === before?.text) return before;
    const read = validateYaml(text, joinFile);
    if (read.ok) return { file, text, ...compiled(read.value, { ...resources, folder: dirname(file) }) };
    faults.push({ file, issues: read.issues });
  } catch (error) {
    faults.push(faultOf(file, (error as Error).message));
  }
  return before;
}

const compiled = ({ name, joins }: JoinFile, resources: Resources): Pick<LoadedFile, 'name' | 'joins'> => ({
  name,
  joins: joins.map(({ dataset, code, steps }) => ({
    datasets: dataset,
    codes: code === undefined ? undefined : new Set(code),
    // One that fails says nothing of the next.
    step: compileSteps(
      steps.map((step) => ({ ignore_failure: true, ...step })),
      { ...resources, parser: name },
    ),
  })),
});

/** An event of another data set, or without the code, costs a look. */
function apply(draft: Draft, context: StageContext, joins: ReadonlyMap<string, readonly Join[]>): Draft {
  const own = joins.get(draft.dataset);
  if (own === undefined) return draft;
  let whole: FieldsDraft | undefined;
  let work: Work | undefined;
  const code = codeOf(draft);
  for (const { codes, step } of own) {
    if (codes !== undefined && (code === undefined || !codes.has(code))) continue;
    whole ??= withFields(draft);
    work ??= workOf(whole, context);
    step(work);
  }
  if (whole === undefined || work === undefined) return draft;
  for (const key of Object.keys(work.fields)) if (key.startsWith('_')) delete work.fields[key];
  return { ...whole, time: work.time, created: work.created };
}

const writtenCode = '"code":"';

/** `event.code`. In JSON no text holds what begins the member: its quotation marks would have backslashes. */
function codeOf(draft: Draft): string | undefined {
  if ('fields' in draft) {
    const { event } = draft.fields;
    return isObject(event) && event.code !== undefined ? String(event.code) : undefined;
  }
  const { event } = draft.written;
  const start = event.indexOf(writtenCode);
  if (start < 0) return undefined;
  const from = start + writtenCode.length;
  return event.slice(from, event.indexOf('"', from));
}

const workOf = (draft: FieldsDraft, { source, received }: StageContext): Work => ({
  fields: draft.fields,
  dataset: draft.dataset,
  time: draft.time,
  created: draft.created,
  stream: undefined,
  source,
  context: { source, received, hints: {}, clock: Date.UTC, warn: () => {}, parsers: noDispatch },
  depth: 0,
});
