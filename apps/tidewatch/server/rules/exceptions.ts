import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ExceptionDesk } from '@tidewatch/api';
import {
  applyFilters,
  createSigmaEngine,
  type Item,
  type ParsedFile,
  type Placeholders,
  parseRuleFile,
  type RejectedRule,
  type Selection,
  type SigmaFilter,
} from '@tidewatch/sigma';
import { deleteNoted, type TellDeletion } from '@tidewatch/store';
import type { Documents } from '@tidewatch/stream/documents';
import { syncDirectory } from '@tidewatch/stream/durable';
import { documentsOf } from '../adapters.ts';
import { documentFolders } from '../documents.ts';
import type { Runtime } from '../runtime.ts';
import { exceptionDocument } from './exceptions_document.ts';
import { asWritten, commonLogSource, targetsOf } from './exceptions_targets.ts';

type Row = Awaited<ReturnType<ExceptionDesk['list']>>[number];
type Asked = Parameters<ExceptionDesk['add']>[0];
type Outcome = Awaited<ReturnType<ExceptionDesk['add']>>;

/** Where exceptions are, one Sigma filter a file; the detector reads them with the rules. */
export const exceptionFolder = (data: string): string => join(data, documentFolders.exceptions);

/** Keeps exceptions as files, which people may write by hand too. */
export function openExceptions(runtime: Runtime): ExceptionDesk {
  const folder = exceptionFolder(runtime.config.data);
  const documents = documentsOf(runtime.adapters);
  // Should it fail, the watch says so; the next change is another try.
  const bringIntoForce = () => runtime.parts.ruleWatch?.look().catch(() => {});
  const placeholders = (): Placeholders => new Map(Object.entries(runtime.config.rules.placeholders));

  async function rows(): Promise<Row[]> {
    const known = runtime.parts.detector?.rules() ?? [];
    const titles = new Map(known.map(({ id, title }) => [id, title]));
    /** What is wrong with a filter beside its own document: rules that are not there, or of another log source. */
    const faultOf = ({ file, id }: SigmaFilter) =>
      known.find((rule) => rule.file === file && rule.id === id && rule.state === 'rejected')?.reason;
    const files = await readFiles(folder, placeholders());
    return files
      .flatMap(({ filters, rejected, made }) => [
        ...filters.map((filter) => rowOf(filter, made, titles, faultOf(filter))),
        ...rejected.map((fault) => faultyRow(fault, made)),
      ])
      .sort((a, b) => b.made - a.made);
  }

  /** The exception as it would be written, and the rules as they would be with it. */
  function draft(asked: Omit<Asked, 'by'> & { readonly by?: string }, id: string, now: number) {
    const { detector } = runtime.parts;
    if (detector === undefined)
      return refuse(
        'Rules run in another process: write a Sigma filter into `exceptions` of its data folder.',
      );
    const targets = targetsOf(asked.rules, detector.loaded());
    if (!targets.ok) return targets;
    const rules = asWritten(targets.rules, placeholders());
    const logsource = commonLogSource(rules);
    if (logsource === undefined)
      return refuse('The log sources of these rules have nothing in common. Make an exception for each.');
    const source = exceptionDocument({ by: '', ...asked, id, ...targets, logsource, now });
    const key = { folder: documentFolders.exceptions, name: id };
    const { filters, rejected } = parseRuleFile(source, documents.file(key));
    const applied = applyFilters({ rules, filters, now });
    if (applied.skipped.length > 0) return refuse('It would have expired already: name a later time.');
    const [fault] = [...rejected, ...applied.rejected];
    const [filter] = filters;
    if (fault !== undefined || filter === undefined) return refuse(fault?.reason ?? 'It is no filter.');
    return { ok: true as const, targets, rules, filtered: applied.rules, filter, source, key };
  }

  async function add(asked: Asked): Promise<Outcome> {
    const id = randomUUID();
    const now = Date.now();
    const made = draft(asked, id, now);
    if (!made.ok) return made;
    const { targets, filter, source, key } = made;
    await documents.write([{ ...key, text: source }]);
    await bringIntoForce();
    const titles = new Map(targets.rules.map((rule) => [rule.id, rule.title]));
    return { ok: true, exception: rowOf(filter, now, titles, undefined), redirected: targets.redirected };
  }

  return {
    list: rows,
    add,
    async preview(asked) {
      const made = draft({ ...asked, reason: 'preview' }, randomUUID(), Date.now());
      if (!made.ok) return made;
      if (made.targets.redirected.length > 0)
        return refuse(
          'Of a correlation it cannot be told: its alerts keep only some of the events it counted.',
        );
      const before = createSigmaEngine(made.rules);
      const after = createSigmaEngine(made.filtered);
      return {
        ok: true,
        hides: (event) => before.evaluate(event).length > 0 && after.evaluate(event).length === 0,
      };
    },
    async remove(id) {
      const file = (await rows()).find((row) => row.id === id)?.file;
      const found = (await readFiles(folder, placeholders())).find((each) => each.file === file);
      if (found === undefined || documentsIn(found) > 1) return false;
      await removeFile(found.file, documents);
      await bringIntoForce();
      return true;
    },
  };
}

const refuse = (why: string) => ({ ok: false as const, why });

function rowOf(
  filter: SigmaFilter,
  made: number,
  titles: ReadonlyMap<string, string>,
  fault: string | undefined,
): Row {
  const { id, title, description, author, expires, file, detection } = filter;
  const isOver = expires !== null && expires <= Date.now();
  return {
    id,
    title,
    state: isOver ? 'expired' : fault === undefined ? 'in_force' : 'faulty',
    ...(fault === undefined ? {} : { fault }),
    rules: filter.rules?.map((rule) => refOf(rule, titles.get(rule))) ?? null,
    conditions: [...detection.selections].map(([name, selection]) => ({
      selection: name,
      alternatives: alternativesOf(selection),
    })),
    condition: detection.conditionText,
    reason: description,
    author,
    made,
    expires,
    file,
  };
}

const refOf = (id: string, title: string | undefined) => (title === undefined ? { id } : { id, title });

const itemsOf = (selection: Selection): readonly Item[] =>
  selection.kind === 'item' ? [selection] : selection.of.flatMap(itemsOf);

/** Lists are of maps, and maps of items: nothing nests deeper. */
const alternativesOf = (selection: Selection) =>
  (selection.kind === 'or' ? selection.of : [selection]).map((each) => itemsOf(each).map(shownItem));

const shownItem = ({ field, modifiers, values }: Item) => ({
  field,
  modifiers,
  values: values.map(({ raw }) => raw),
});

const faultyRow = ({ id, title, file, line, reason }: RejectedRule, made: number): Row => ({
  id: id ?? file,
  title: title ?? file,
  state: 'faulty',
  fault: line === null ? reason : `line ${line}: ${reason}`,
  rules: [],
  conditions: [],
  condition: '',
  reason: null,
  author: null,
  made,
  expires: null,
  file,
});

interface ExceptionFile extends ParsedFile {
  readonly file: string;
  /** When it was written, epoch milliseconds. */
  readonly made: number;
}

const documentsIn = ({ filters, rejected, rules, correlations }: ParsedFile): number =>
  filters.length + rejected.length + rules.length + correlations.length;

async function readFiles(folder: string, placeholders?: Placeholders): Promise<readonly ExceptionFile[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const files = names.filter((name) => /(?<!\.test)\.ya?ml$/i.test(name) && !/(^|[\\/])\./.test(name));
  const read = await Promise.all(
    files.map(async (name) => {
      const file = join(folder, name);
      // Gone meanwhile, or not readable: then the list of rules says so.
      const found = await Promise.all([readFile(file, 'utf8'), stat(file)]).catch(() => undefined);
      if (found === undefined) return [];
      const [source, { mtimeMs: made }] = found;
      return [{ file, made, ...parseRuleFile(source, file, placeholders) }];
    }),
  );
  return read.flat();
}

/** One that people put there themselves is no document of ours, whatever its name. */
async function removeFile(file: string, documents: Documents | undefined): Promise<void> {
  const key = documents?.keyOf(file);
  if (key !== undefined) {
    await documents?.write([{ ...key, text: null }]);
    return;
  }
  await rm(file, { force: true });
  await syncDirectory(dirname(file));
}

/** Deletes files of which every exception had expired by then (epoch milliseconds). */
export async function expireExceptions(
  folder: string,
  before: number,
  tell: TellDeletion,
  documents?: Documents,
): Promise<void> {
  for (const found of await readFiles(folder)) {
    const over = found.filters.filter(({ expires }) => expires !== null && expires <= before).length;
    if (over === 0 || over < documentsIn(found)) continue;
    const due = { keeper: 'exceptions', dataClass: 'audit', what: 'exceptions', records: over };
    await deleteNoted(tell, due, async (gone) => {
      await removeFile(found.file, documents);
      gone(over);
    });
  }
}
