import type { AlertRow, Level } from '@tidewatch/event';

/** What an alert of a level adds to the risk of its entity, when it comes. */
export const levelPoints: Readonly<Record<Level, number>> = {
  critical: 100,
  high: 50,
  medium: 20,
  low: 5,
  informational: 1,
};

/** After so long, in milliseconds, an alert counts half. */
export const halfLifeMs = 86_400_000;

/** Reasons to close an alert for that say that nothing was wrong, or that it is counted elsewhere. */
const harmless: ReadonlySet<string | null> = new Set([
  'false_positive',
  'benign_positive',
  'expected_activity',
  'duplicate',
]);

export type RiskyAlert = Pick<AlertRow, 'id' | 'last' | 'status' | 'reason'> & {
  readonly detector: Pick<AlertRow['detector'], 'level'>;
};

/** What an alert adds at a time: its level's points, halved for each half-life since its last match; 0 before that. */
export function riskOf({ detector, last, status, reason }: RiskyAlert, at: number): number {
  if (at < last || (status === 'closed' && harmless.has(reason))) return 0;
  return levelPoints[detector.level] * 2 ** (-(at - last) / halfLifeMs);
}

/** An entity's score, 0 to 100: 100·(1 − e^(−sum/100)), so that what adds up never passes 100. */
export const riskScore = (sum: number): number => 100 * (1 - Math.exp(-sum / 100));

/** The score at each of `points` times, evenly from one to the other, both included. */
export function riskCurve(
  alerts: readonly RiskyAlert[],
  { from, to }: { readonly from: number; readonly to: number },
  points: number,
): { readonly at: number; readonly score: number }[] {
  return Array.from({ length: points }, (_, index) => {
    const at = from + ((to - from) * index) / (points - 1);
    return { at, score: riskScore(alerts.reduce((sum, alert) => sum + riskOf(alert, at), 0)) };
  });
}
