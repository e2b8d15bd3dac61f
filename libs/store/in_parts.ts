/** So much JSON one part has, characters. */
const mostCharacters = 8 * 1024 * 1024;
const atFirst = 32;
const atMost = 500;

/**
 * Reads by ids in parts of bounded size, however long what they name is: how many are read together follows from how long
 * those before were.
 */
export async function* inParts<Item>(
  ids: readonly string[],
  read: (ids: readonly string[]) => Promise<{ readonly items: readonly Item[]; readonly characters: number }>,
): AsyncGenerator<readonly Item[]> {
  let size = atFirst;
  for (let at = 0; at < ids.length; ) {
    const part = ids.slice(at, at + size);
    at += part.length;
    const { items, characters } = await read(part);
    yield items;
    const fitting = Math.floor(mostCharacters / Math.max(1, characters / part.length));
    size = Math.max(1, Math.min(atMost, 4 * size, fitting));
  }
}
