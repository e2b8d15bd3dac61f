import { basename, dirname } from 'node:path';

/** Whether a file is unpacked while it is read. */
export const isPacked = (path: string): boolean => /\.gz$/i.test(path);

/** What can't be unpacked here, and what a rotation has not finished writing yet. */
export const isForeign = (path: string): boolean => /\.(bz2|xz|zst|zip|tmp)$/i.test(path);

/**
 * What files of one rotation have in common: the directory, and the name without numbers, dates and `.gz`. So
 * `app.log`, `app.log.2.gz`, `app.log-20250101` and `app-20250101.log` are one family.
 */
export function familyOf(path: string): string {
  const name = basename(path)
    .replace(/\.gz$/i, '')
    .replace(/[._-]\d[\dT:_-]*(?=[._-]|$)/g, '');
  return `${dirname(path)}/${name}`;
}

/** The paths that rotation may have made this one of, by a number or date more, packed or not. */
export function originsOf(path: string): string[] {
  const plain = path.replace(/\.gz$/i, '');
  const directory = dirname(plain);
  const name = basename(plain);
  const origins = [...name.matchAll(/[._-]\d[\dT:_-]*(?=[._-]|$)/g)].map(
    ({ 0: number, index }) => `${directory}/${name.slice(0, index)}${name.slice(index + number.length)}`,
  );
  return plain === path ? origins : [plain, ...origins];
}
