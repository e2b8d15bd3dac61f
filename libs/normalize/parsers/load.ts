import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { type ConfigIssue, validateYaml } from '@tidewatch/plugin';
import type { Resources } from '../processors/processor.ts';
import { compileParser, type Parser } from './compile.ts';
import { parserFile } from './parser_file.ts';

/** Why a parser file is not in force. */
export interface ParserFault {
  readonly file: string;
  readonly issues: readonly ConfigIssue[];
}

export interface LoadedParsers {
  /** In the order of the folders, then of their paths. */
  readonly parsers: readonly Parser[];
  readonly faults: readonly ParserFault[];
}

const parserName = /\.(?:ya?ml|json)$/;
const testName = /\.test\.(?:ya?ml|json)$/;

/** Paths of the parser files in a folder and those below it, sorted; tests and hidden files are left out. */
export async function parserFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const files = names.filter(
    (name) => parserName.test(name) && !testName.test(name) && !/(?:^|\/)[._]/.test(name),
  );
  return files.sort().map((name) => join(folder, name));
}

/**
 * Reads and compiles the parser files of folders, or single files. A file that is not right is a fault and keeps no
 * other from being loaded; so is a second parser of a name in the same folder. One of a name that an earlier folder has
 * is left out: users' folders come first, and so replace what ships.
 *
 * Rejects with the system's error where a folder can't be read.
 */
export async function loadParsers(
  paths: readonly string[],
  resources: Omit<Resources, 'folder'>,
): Promise<LoadedParsers> {
  const parsers = new Map<string, Parser>();
  const faults: ParserFault[] = [];
  for (const path of paths) {
    const files = (await stat(path)).isDirectory() ? await parserFiles(path) : [path];
    const own = new Map<string, string>();
    for (const file of files) {
      const read = readParser(await readFile(file, 'utf8'), file, resources);
      if ('issues' in read) {
        faults.push(read);
        continue;
      }
      const other = own.get(read.name);
      if (other !== undefined) {
        const message = `${relative(dirname(file), other)} has the same name, ${read.name}`;
        faults.push({ file, issues: [{ path: 'name', message }] });
        continue;
      }
      own.set(read.name, file);
      if (!parsers.has(read.name)) parsers.set(read.name, read);
    }
  }
  return { parsers: [...parsers.values()], faults };
}

/** One parser from the text of its file. */
export function readParser(
  text: string,
  file: string,
  resources: Omit<Resources, 'folder'>,
): Parser | ParserFault {
  const read = validateYaml(text, parserFile);
  if (!read.ok) return { file, issues: read.issues };
  try {
    return compileParser(read.value, { file, text }, { ...resources, folder: dirname(file) });
  } catch (error) {
    return { file, issues: [{ path: '', message: `${basename(file)}: ${(error as Error).message}` }] };
  }
}
