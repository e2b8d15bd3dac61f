/** Below both watermarks, above the low one, above the high one, at the budget. */
export const standings = ['below', 'low', 'high', 'full'] as const;
export type Standing = (typeof standings)[number];

export interface Watermarks {
  readonly low: number;
  readonly high: number;
}

/** Bytes that may come before a share is at the high watermark, also where the share is not of the whole budget. */
export const untilHigh = (
  { budget, held, share }: { readonly budget: number; readonly held: number; readonly share: number },
  high: number,
): number => (share < high ? ((budget - held) * (high - share)) / (1 - share) : 0);

/**
 * Where a store stands by its watermarks. It rises at once, and falls only when it is clearly below (by half of what lies
 * between the high watermark and the budget), so that it does not flutter at the edge.
 *
 * @param share of its budget that is used
 */
export function standingOf(share: number, before: Standing, { low, high }: Watermarks): Standing {
  const marks = [low, high, 1];
  const slack = (1 - high) / 2;
  const rose = marks.filter((mark) => share >= mark).length;
  const stayed = marks.slice(0, standings.indexOf(before)).filter((mark) => share >= mark - slack).length;
  return standings[Math.max(rose, stayed)] as Standing;
}
