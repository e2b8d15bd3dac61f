import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { conflictsOf, parseUseCase, type UseCase, type UseCaseFault } from './usecase.ts';

export interface LoadedUseCases {
  readonly useCases: readonly UseCase[];
  /** What is wrong with files: such a one is not used, or in its version before. */
  readonly faults: readonly UseCaseFault[];
}

/**
 * Reads every `*.yml`, `*.yaml` and `*.json` of the folders, by name. Of a broken file, a second file of one name, one with
 * an unknown class, or one that gives data another class than one before, the version before stays in force, where there
 * is one; the others are as they are. A folder that is not there holds no use-cases.
 *
 * @param classes names of the data classes that exist; undefined leaves them unchecked
 * @param before what was loaded last
 */
export async function loadUseCases(
  folders: readonly string[],
  classes?: readonly string[],
  before: readonly UseCase[] = [],
): Promise<LoadedUseCases> {
  const useCases: UseCase[] = [];
  const faults: UseCaseFault[] = [];
  for (const path of (await Promise.all(folders.map(filesIn))).flat()) {
    const file = shownPath(path);
    const read = await readUseCase(path, file);
    const problems = Array.isArray(read) ? read : conflictsOf(read as UseCase, useCases, classes);
    if (problems.length === 0) {
      useCases.push(read as UseCase);
      continue;
    }
    const earlier = before.find((known) => known.file === file);
    const stays = earlier !== undefined && conflictsOf(earlier, useCases, classes).length === 0;
    if (stays) useCases.push(earlier);
    faults.push(
      ...problems.map((fault) =>
        stays ? { ...fault, message: `${fault.message.replace(/\.?$/, '.')} ${kept}` } : fault,
      ),
    );
  }
  return { useCases, faults };
}

const kept = 'The version before stays in force.';

/** A file with its folder, as people know it; what a cluster keeps stands one deeper. */
export function shownPath(path: string): string {
  const folder = basename(dirname(path));
  const shown = join(folder, basename(path));
  return folder === 'cluster' ? join(basename(dirname(dirname(path))), shown) : shown;
}

async function filesIn(directory: string): Promise<string[]> {
  try {
    const names = await readdir(directory);
    return names
      .filter((name) => /^[^.].*\.(ya?ml|json)$/.test(name))
      .sort()
      .map((name) => join(directory, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function readUseCase(path: string, file: string): Promise<UseCase | readonly UseCaseFault[]> {
  try {
    return parseUseCase(await readFile(path, 'utf8'), file);
  } catch (error) {
    return [{ file, message: `It cannot be read (${(error as NodeJS.ErrnoException).code}).` }];
  }
}
