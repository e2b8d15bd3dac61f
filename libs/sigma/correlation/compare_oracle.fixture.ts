import { start } from './correlation.fixture.ts';

/** `tidewatch: compare:` as a test writes it. */
export interface ComparedSpec {
  readonly kind: 'mean' | 'same';
  /** How many windows it goes back. */
  readonly windows: number;
  readonly ratio?: Readonly<Record<string, number>>;
  readonly difference?: Readonly<Record<string, number>>;
  readonly least: number;
}

export const compareDocument = (
  { kind, windows, ratio, difference, least }: ComparedSpec,
  timespan: number,
): object => ({
  with: kind === 'mean' ? `mean of the last ${windows}` : `same window ${windows * timespan}s ago`,
  least,
  ...(ratio === undefined ? {} : { ratio }),
  ...(difference === undefined ? {} : { difference }),
});

interface Judged<T> {
  readonly compare: ComparedSpec;
  /** Seconds. */
  readonly timespan: number;
  /** Whether a window is judged when it is over. */
  readonly closing: boolean;
  /** Whether windows without values are not there at all. */
  readonly mean: boolean;
  /** The value of a window with these; null where there is none. */
  readonly measured: (window: readonly T[]) => number | null;
  /** Whether the condition holds that Sigma knows. */
  readonly floor: (value: number) => boolean;
  readonly meets: (bounds: Readonly<Record<string, number>>, value: number) => boolean;
}

/** Findings of all windows of a group, by what each of them and those before it hold in the end; times in seconds. */
export function comparedWindows<T extends { readonly at: number }>(
  judged: Judged<T>,
  list: readonly T[],
): { at: number; events: number; value: number | null }[] {
  const { compare, timespan, closing } = judged;
  const numberOf = ({ at }: T): number => Math.floor((start / 1_000 + at) / timespan);
  const contents = (window: number): T[] => list.filter((one) => numberOf(one) === window);
  const filled = [...new Set(list.map(numberOf))]
    .filter((window) => judged.measured(contents(window)) !== null)
    .sort((a, b) => a - b);
  const numbers = list.map(numberOf);
  const found: { at: number; events: number; value: number | null }[] = [];
  for (let window = Math.min(...numbers); window <= Math.max(...numbers) + compare.windows; window++) {
    const earlier = earlierOf(judged, filled, contents, window);
    const all = contents(window);
    if (all.length === 0 && (!closing || !known(compare, filled, window))) continue;
    const holds = (part: readonly T[]): boolean => {
      const value = judged.measured(part);
      return value !== null && judged.floor(value) && compares(judged, value, earlier);
    };
    const end = ((window + 1) * timespan * 1_000 - 1 - start) / 1_000;
    const times = closing ? [end] : [...new Set(all.map(({ at }) => at))].sort((a, b) => a - b);
    const at = times.find((time) => holds(all.filter((one) => one.at <= time)));
    if (at !== undefined) found.push({ at, events: all.length, value: judged.measured(all) });
  }
  return found;
}

/** The first of the windows that lead up to this one with no gap as long as what it is compared with. */
function since({ windows }: ComparedSpec, filled: readonly number[], window: number): number | undefined {
  let first: number | undefined;
  for (const one of filled.filter((each) => each < window).reverse()) {
    if ((first ?? window) - one > windows) break;
    first = one;
  }
  return first;
}

const known = (compare: ComparedSpec, filled: readonly number[], window: number): boolean =>
  since(compare, filled, window) !== undefined;

function earlierOf<T extends { readonly at: number }>(
  { compare, mean, measured }: Judged<T>,
  filled: readonly number[],
  contents: (window: number) => T[],
  window: number,
): number[] {
  const first = since(compare, filled, window) ?? window;
  const from = window - compare.windows;
  const asked =
    compare.kind === 'same' ? [from] : Array.from({ length: compare.windows }, (_, i) => from + i);
  return asked
    .filter((one) => (mean ? filled.includes(one) : one >= first))
    .map((one) => (filled.includes(one) ? (measured(contents(one)) as number) : 0));
}

function compares<T>({ compare, meets }: Judged<T>, value: number, earlier: readonly number[]): boolean {
  if (earlier.length < compare.least) return false;
  const baseline = earlier.length === 0 ? 0 : earlier.reduce((sum, one) => sum + one, 0) / earlier.length;
  const { ratio, difference } = compare;
  if (difference !== undefined && !meets(difference, value - baseline)) return false;
  return ratio === undefined || (baseline >= 0 && meets(ratio, value / baseline));
}
