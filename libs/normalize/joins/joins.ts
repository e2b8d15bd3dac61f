import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isObject } from '@tidewatch/event';
import { validateYaml } from '@tidewatch/plugin';
import { type Draft, type FieldsDraft, withFields } from '../draft.ts';
import { compileSteps } from '../parsers/compile.ts';
import { noDispatch } from '../parsers/dispatch.ts';
import { type ParserFault, parserFiles } from '../parsers/load.ts';
import type { Resources } from '../processors/processor.ts';
import type { Step, Work } from '../processors/work.ts';
import type { Stage, StageContext } from '../stage.ts';
import { joinFile } from './join_file.ts';
import type { Memory } from './memory.ts';

export interface LoadedJoins {
  readonly stage: Stage;
  /** Names of the files in force. */
  readonly names: readonly string[];
  /** Files that are not right; the others are in force. */
  readonly faults: readonly ParserFault[];
}

interface Join {
  readonly codes: ReadonlySet<string> | undefined;
  readonly step: Step;
}

/**
 * Reads the files of joins in folders, or single ones, and makes a stage of them. Of several of a name the first counts.
 * Rejects with the system's error where a folder can't be read.
 */
export async function loadJoins(
  paths: readonly string[],
  resources: Omit<Resources, 'folder' | 'memory'> & { readonly memory: Memory },
): Promise<LoadedJoins> {
  const joins = new Map<string, Join[]>();
  const names: string[] = [];
  const faults: ParserFault[] = [];
  for (const path of paths) {
    const files = (await stat(path)).isDirectory() ? await parserFiles(path) : [path];
    for (const file of files) {
      const read = validateYaml(await readFile(file, 'utf8'), joinFile);
      if (!read.ok) {
        faults.push({ file, issues: read.issues });
        continue;
      }
      const { name } = read.value;
      if (names.includes(name)) continue;
      try {
        for (const { dataset, code, steps } of read.value.joins) {
          // One that fails says nothing of the next.
          const lenient = steps.map((step) => ({ ignore_failure: true, ...step }));
          const step = compileSteps(lenient, { ...resources, folder: dirname(file), parser: name });
          const codes = code === undefined ? undefined : new Set(code);
          for (const set of dataset) joins.set(set, [...(joins.get(set) ?? []), { codes, step }]);
        }
        names.push(name);
      } catch (error) {
        faults.push({ file, issues: [{ path: '', message: (error as Error).message }] });
      }
    }
  }
  return { stage: { name: 'joins', apply: (draft, context) => apply(draft, context, joins) }, names, faults };
}

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
