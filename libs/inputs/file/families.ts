import { familyOf } from './names.ts';
import type { FilePosition } from './positions.ts';

/** Keys of all files read so far, by what rotation leaves of their names. */
export class Families {
  readonly #keys = new Map<string, Set<string>>();

  join(path: string, key: string): void {
    const family = familyOf(path);
    const keys = this.#keys.get(family);
    if (keys === undefined) this.#keys.set(family, new Set([key]));
    else keys.add(key);
  }

  /** The files of a path's family of which something is known. */
  relativesOf(
    path: string,
    positionOf: (key: string) => FilePosition | undefined,
  ): (readonly [key: string, position: FilePosition])[] {
    const keys = this.#keys.get(familyOf(path));
    return [...(keys ?? [])].flatMap((key) => {
      const position = positionOf(key);
      if (position !== undefined) return [[key, position] as const];
      keys?.delete(key);
      return [];
    });
  }
}
