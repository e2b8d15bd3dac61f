export interface Segment {
  readonly text: string;
  readonly hit: boolean;
  /** Offset in the whole text, UTF-16 units. */
  readonly start: number;
}

/**
 * Cuts a value into what matched and what did not. Spans are UTF-16 offsets, end exclusive, in any order; those that
 * overlap or touch become one, and what lies outside the value is cut off.
 */
export function segments(value: string, spans: readonly (readonly [number, number])[]): Segment[] {
  const merged: [number, number][] = [];
  const sorted = spans
    .map(([start, end]): [number, number] => [Math.max(0, start), Math.min(value.length, end)])
    .filter(([start, end]) => start < end)
    .sort((a, b) => a[0] - b[0]);
  for (const span of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && span[0] <= last[1]) last[1] = Math.max(last[1], span[1]);
    else merged.push(span);
  }
  const cut: Segment[] = [];
  let at = 0;
  for (const [start, end] of merged) {
    if (start > at) cut.push({ text: value.slice(at, start), hit: false, start: at });
    cut.push({ text: value.slice(start, end), hit: true, start });
    at = end;
  }
  if (at < value.length) cut.push({ text: value.slice(at), hit: false, start: at });
  return cut;
}

export interface Excerpt {
  readonly text: string;
  readonly spans: readonly (readonly [number, number])[];
  /** Characters of the value before the excerpt, and after it. */
  readonly before: number;
  readonly after: number;
}

/** So many characters of a value are read at a glance. */
const excerptLength = 800;
const lead = 100;

/** A long value from shortly before what first matched in it, its spans moved along; a short one whole. */
export function excerpt(value: string, spans: readonly (readonly [number, number])[]): Excerpt {
  if (value.length <= excerptLength) return { text: value, spans, before: 0, after: 0 };
  const first = spans.length === 0 ? 0 : Math.min(...spans.map(([start]) => start));
  const latest = value.length - excerptLength;
  const before = first + lead <= excerptLength ? 0 : Math.min(first - lead, latest);
  const text = value.slice(before, before + excerptLength);
  return {
    text,
    spans: spans.map(([start, end]) => [start - before, end - before] as const),
    before,
    after: value.length - before - text.length,
  };
}
