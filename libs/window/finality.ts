import type { Finality } from '@tidewatch/event';

/** What happens to a windowed finding: something joins it, its window is complete, nothing supports it any more. */
export type FinalityEvent = 'joined' | 'completed' | 'emptied';

/**
 * The finality of a finding after an event. Provisional until its window is complete, then confirmed; amended when
 * something joins after that; withdrawn when nothing is left of it.
 *
 * @param complete whether the watermark has passed the window's end
 */
export function nextFinality(current: Finality, event: FinalityEvent, complete: boolean): Finality {
  switch (event) {
    case 'emptied':
      return 'withdrawn';
    case 'completed':
      return current === 'provisional' ? 'confirmed' : current;
    case 'joined':
      if (!complete) return 'provisional';
      return current === 'provisional' ? 'provisional' : 'amended';
  }
}

/** JSON of the findings in flight, for a stage's snapshot. */
export interface FinalityState {
  readonly version: 1;
  readonly findings: readonly (readonly [id: string, end: number, finality: Finality])[];
}

/**
 * Follows windowed findings until they are final. `complete` is what `Watermark.complete()` says, undefined while
 * nothing is known.
 */
export interface FinalityTracker {
  /** A finding was made or something joined it; `end` is its window's end, epoch milliseconds, the same each time. */
  joined(id: string, end: number, complete: number | undefined): Finality;
  /** Nothing supports the finding any more. */
  emptied(id: string): void;
  /** Findings that are confirmed now, in order of their windows' ends; each is given once. */
  advance(complete: number | undefined): string[];
  /** What a finding is; undefined where it was never seen, or is forgotten. */
  get(id: string): Finality | undefined;
  toJSON(): FinalityState;
}

/**
 * @param config `keepMs`: how long after its window's end a final finding is remembered, so that what comes late amends it
 * instead of opening it again; later than that the store knows.
 * @param state what `toJSON` of an earlier one gave
 */
export function createFinalityTracker(
  config: { readonly keepMs: number },
  state?: FinalityState,
): FinalityTracker {
  const findings = new Map<string, { readonly end: number; finality: Finality }>();
  /** Findings by the end of their window: alerts' windows are aligned, so there are few ends. */
  const windows = new Map<number, { readonly ids: Set<string>; settled: boolean }>();

  function put(id: string, end: number, finality: Finality): Finality {
    findings.set(id, { end, finality });
    const window = windows.get(end) ?? { ids: new Set(), settled: true };
    windows.set(end, window);
    window.ids.add(id);
    if (finality === 'provisional') window.settled = false;
    return finality;
  }

  function settle(ids: Iterable<string>): string[] {
    const confirmed: string[] = [];
    for (const id of ids) {
      const finding = findings.get(id);
      if (finding?.finality !== 'provisional') continue;
      finding.finality = nextFinality(finding.finality, 'completed', true);
      confirmed.push(id);
    }
    return confirmed;
  }

  for (const [id, end, finality] of state?.findings ?? []) put(id, end, finality);

  return {
    joined(id, end, complete) {
      const known = findings.get(id);
      const passed = complete !== undefined && end <= complete;
      return put(id, known?.end ?? end, nextFinality(known?.finality ?? 'provisional', 'joined', passed));
    },

    emptied(id) {
      const known = findings.get(id);
      if (known !== undefined) known.finality = nextFinality(known.finality, 'emptied', false);
    },

    advance(complete) {
      if (complete === undefined) return [];
      const confirmed: string[] = [];
      for (const end of [...windows.keys()].filter((end) => end <= complete).sort((a, b) => a - b)) {
        const window = windows.get(end);
        if (window === undefined) continue;
        if (!window.settled) confirmed.push(...settle(window.ids));
        window.settled = true;
        if (end + config.keepMs > complete) continue;
        for (const id of window.ids) findings.delete(id);
        windows.delete(end);
      }
      return confirmed;
    },

    get: (id) => findings.get(id)?.finality,
    toJSON: () => ({
      version: 1,
      findings: [...findings].map(([id, { end, finality }]) => [id, end, finality]),
    }),
  };
}
