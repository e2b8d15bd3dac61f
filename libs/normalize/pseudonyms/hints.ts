/** Says which groups of words stand in a text: bit `i` for group `i`. */
export type FindHints = (text: string) => number;

const mostGroups = 31;
/** A power of two, so that a row of the table is found by a shift: signs that occur in words, and one for all others. */
const signs = 64;
const shift = 6;
const beyondAscii = 128;

/**
 * Makes one pass of all groups' words over a text, in any case (Aho and Corasick, 1975): a look into a table for each
 * character. Characters beyond ASCII are taken for one.
 *
 * @param groups up to 31, of words in lower case
 */
export function createHintFinder(groups: readonly (readonly string[])[]): FindHints {
  if (groups.length > mostGroups) throw new TypeError(`More than ${mostGroups} groups of words.`);
  const signOf = signsOf(groups.flat());
  const { next, found } = tableOf(groups, signOf);
  return (text) => {
    let state = 0;
    let bits = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      state = next[state + (signOf[code < beyondAscii ? code : beyondAscii] as number)] as number;
      bits |= found[state >> shift] as number;
    }
    return bits;
  };
}

/** By character: its number among those that words are made of, upper and lower case as one; 0 for others. */
function signsOf(words: readonly string[]): Uint8Array {
  const signOf = new Uint8Array(beyondAscii + 1);
  let count = 0;
  for (const character of words.join('')) {
    const code = Math.min(character.charCodeAt(0), beyondAscii);
    if (signOf[code] !== 0) continue;
    signOf[code] = ++count;
    if (code < beyondAscii) signOf[character.toUpperCase().charCodeAt(0)] = count;
  }
  if (count >= signs) throw new TypeError(`Words of more than ${signs - 1} different characters.`);
  return signOf;
}

/** Rows of the automaton, and the groups whose words end where a row is reached. */
function tableOf(groups: readonly (readonly string[])[], signOf: Uint8Array) {
  const most = groups.flat().reduce((sum, word) => sum + word.length, 1);
  const next = new Uint32Array(most * signs);
  const found = new Int32Array(most);
  let rows = 1;
  for (const [group, words] of groups.entries())
    for (const word of words) {
      let row = 0;
      for (let i = 0; i < word.length; i++) {
        const at = row + (signOf[Math.min(word.charCodeAt(i), beyondAscii)] as number);
        if (next[at] === 0) next[at] = rows++ << shift;
        row = next[at] as number;
      }
      found[row >> shift] = (found[row >> shift] as number) | (1 << group);
    }
  link(next, found);
  return { next, found };
}

/** Where no word goes on, the longest of its endings that begins another does; breadth first, so that those are ready. */
function link(next: Uint32Array, found: Int32Array): void {
  const fallback = new Map<number, number>();
  const queue = [...next.subarray(0, signs)].filter((row) => row !== 0);
  for (const row of queue) {
    const other = fallback.get(row) ?? 0;
    found[row >> shift] = (found[row >> shift] as number) | (found[other >> shift] as number);
    for (let sign = 0; sign < signs; sign++) {
      const below = next[row + sign] as number;
      const otherwise = next[other + sign] as number;
      if (below === 0) next[row + sign] = otherwise;
      else {
        fallback.set(below, otherwise);
        queue.push(below);
      }
    }
  }
}
