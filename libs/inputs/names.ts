/** Whether a name can be a source's or an index's. The same alphabet as OpenSearch's, without what means something there. */
export const isName = (name: string): boolean => /^(?!\.{1,2}$)[a-z0-9.][a-z0-9_.-]{0,254}$/.test(name);

/** Whether a pattern is the name, or ends in `*` and begins it. */
export const nameMatches = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;

/** Finds the source that an index stands for: the first pattern of `sources` that matches it, else the index itself. */
export function createSourceMap(sources: Readonly<Record<string, string>>): (index: string) => string {
  const rows = Object.entries(sources);
  return (index) => rows.find(([pattern]) => nameMatches(pattern, index))?.[1] ?? index;
}
