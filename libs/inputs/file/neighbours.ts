import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Found, lookAtAll, pathsIn } from './discover.ts';
import { originsOf } from './names.ts';

/** Clocks of file systems are coarser than ours, in milliseconds. */
const clockSlackMs = 100;

export interface Neighbour extends Found {
  /** Written since directories were looked into last. */
  readonly isNew: boolean;
}

/** Looks at what rotation put beside the files that are followed, where a directory has changed. */
export class Neighbours {
  /** When directories were last looked into with nothing being renamed meanwhile, epoch milliseconds. */
  looked: number;
  /** Times of change of directories, as they were looked into. */
  readonly #changed = new Map<string, number>();

  /** @param looked as it was saved, or now at the very first start */
  constructor(looked: number) {
    this.looked = looked;
  }

  /**
   * The files that may have come of `origins` by rotation, and those that `left` their paths, whatever their names are.
   * Directories in which nothing came, went or was renamed are passed over, unless something left them.
   *
   * @param left paths by key
   * @param began when the origins were looked at, epoch milliseconds
   */
  async look(
    origins: ReadonlySet<string>,
    left: ReadonlyMap<string, string>,
    began: number,
  ): Promise<Neighbour[]> {
    const since = this.looked - clockSlackMs;
    const lost = new Set([...left.values()].map((path) => dirname(path)));
    const neighbours: Neighbour[] = [];
    const directories = new Set([...origins].map((path) => dirname(path)));
    let isQuiet = true;
    for (const directory of directories) {
      const changed = await changeOf(directory);
      // Within the same tick of the clock something may change once more.
      const isSettled = changed === undefined || changed < Date.now() - clockSlackMs;
      if (!this.#isNews(directory, changed) && !lost.has(directory)) continue;
      const paths = await pathsIn(directory);
      const isRotated = (path: string): boolean => originsOf(path).some((origin) => origins.has(origin));
      const rotated = await lookAtAll(paths.filter(isRotated), () => undefined);
      const found = new Set(rotated.map(({ key }) => key));
      const isMissing = [...left].some(([key, path]) => dirname(path) === directory && !found.has(key));
      if (isMissing)
        rotated.push(
          ...(await this.#strangers(
            paths.filter((path) => !isRotated(path)),
            left,
          )),
        );
      for (const each of rotated) neighbours.push({ ...each, isNew: each.written >= since });
      // A file that was renamed while names were gone through may have been passed over.
      if (!isSettled || (await changeOf(directory)) !== changed) isQuiet = false;
      else if (changed !== undefined) this.#changed.set(directory, changed);
    }
    if (isQuiet) this.looked = began;
    return neighbours;
  }

  /** Files that rotation gave names of no pattern. */
  async #strangers(paths: readonly string[], left: ReadonlyMap<string, string>): Promise<Found[]> {
    return (await lookAtAll(paths, () => undefined)).filter(({ key }) => left.has(key));
  }

  #isNews(directory: string, changed: number | undefined): boolean {
    return changed !== undefined && this.#changed.get(directory) !== changed;
  }
}

/** When something came, went or was renamed in a directory, epoch milliseconds; undefined where it can't be looked at. */
const changeOf = async (directory: string): Promise<number | undefined> =>
  (await stat(directory).catch(() => undefined))?.mtimeMs;
