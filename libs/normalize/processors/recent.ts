/** Remembers answers that are costly to find, the most recently asked for. */
export function remembering<T>(find: (key: string) => T, entries: number): (key: string) => T {
  // Two halves instead of an order: what the younger lacks moves over from the elder, and the elder is forgotten whole.
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  return (key) => {
    let answer = young.get(key);
    if (answer !== undefined) return answer;
    answer = old.get(key) ?? find(key);
    if (young.size >= entries / 2) {
      old = young;
      young = new Map();
    }
    young.set(key, answer);
    return answer;
  };
}
