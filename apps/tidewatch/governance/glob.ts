/** A glob as the source of a regular expression: `*` within a path part, `**` across parts, everything else literal. */
export function globSource(pattern: string): string {
  const source = pattern
    .split(/(\*\*\/?|\*)/)
    .map((part) => {
      if (part === '*') return '[^/]*';
      if (part.startsWith('**')) return '.*';
      return part.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  return `^${source}$`;
}

/** Compiles a glob. */
export function globMatcher(pattern: string): (text: string) => boolean {
  if (!pattern.includes('*')) return (text) => text === pattern;
  const expression = new RegExp(globSource(pattern), 's');
  return (text) => expression.test(text);
}
