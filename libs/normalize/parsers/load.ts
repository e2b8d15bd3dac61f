import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { type ConfigIssue, validateYaml } from '@tidewatch/plugin';
import type { Resources } from '../processors/processor.ts';
import { compileParser, type Parser } from './compile.ts';
import { parserFile } from './parser_file.ts';
import type { Turn } from './turn.ts';

/** Why a parser file is not in force. */
export interface ParserFault {
  readonly file: string;
  readonly issues: readonly ConfigIssue[];
}

/** A parser of a file. `same`: the file has not changed; `stale`: what it holds now is not taken. */
export interface ReadParser {
  readonly parser: Parser;
  readonly state: 'new' | 'same' | 'stale';
}

interface Reading {
  readonly read: (text: string, file: string) => Parser | ParserFault;
  /** In force from a file until now. */
  readonly before?: (file: string) => Parser | undefined;
  /** Where faults are told. */
  readonly faults: ParserFault[];
  readonly turn?: Turn;
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
 * Reads the parser files of a folder, or a single one. A file that is not right is a fault and keeps no other from being
 * read; so is a second parser of a name.
 *
 * Rejects with the system's error where the folder can't be read.
 */
export async function readParsers(path: string, reading: Reading): Promise<ReadParser[]> {
  const files = (await stat(path)).isDirectory() ? await parserFiles(path) : [path];
  const found = new Map<string, ReadParser>();
  for (const file of files) {
    await reading.turn?.();
    const one = await readOne(file, reading);
    if (one === undefined) continue;
    const { name } = one.parser;
    const other = found.get(name)?.parser.file;
    if (other === undefined) found.set(name, one);
    else
      reading.faults.push(
        faultOf(file, `${relative(dirname(file), other)} has the same name, ${name}`, 'name'),
      );
  }
  return [...found.values()];
}

async function readOne(file: string, { read, before, faults }: Reading): Promise<ReadParser | undefined> {
  const known = before?.(file);
  try {
    const text = await readFile(file, 'utf8');
    if (text === known?.text) return { parser: known, state: 'same' };
    const parser = read(text, file);
    if (!('issues' in parser)) return { parser, state: 'new' };
    faults.push(parser);
  } catch (error) {
    faults.push(faultOf(file, (error as Error).message));
  }
  return known && { parser: known, state: 'stale' };
}

export const faultOf = (file: string, message: string, path = ''): ParserFault => ({
  file,
  issues: [{ path, message }],
});

/**
 * All parsers of folders, or single files. One of a name that an earlier folder has is left out: users' folders come first,
 * and so replace what ships. Rejects with the system's error where a folder can't be read.
 */
export async function loadParsers(
  paths: readonly string[],
  resources: Omit<Resources, 'folder'>,
): Promise<LoadedParsers> {
  const parsers = new Map<string, Parser>();
  const faults: ParserFault[] = [];
  const read = (text: string, file: string) => readParser(text, file, resources);
  for (const path of paths)
    for (const { parser } of await readParsers(path, { read, faults }))
      if (!parsers.has(parser.name)) parsers.set(parser.name, parser);
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
    return faultOf(file, `${basename(file)}: ${(error as Error).message}`);
  }
}
