import { expect, it } from 'vitest';
import { calibrationError, type JudgedScore } from './index.ts';

const judged = (score: number, attacks: number, others: number): JudgedScore[] => [
  ...Array.from({ length: attacks }, () => ({ score, verdict: 1 as const })),
  ...Array.from({ length: others }, () => ({ score, verdict: 0 as const })),
];

it.each<[string, JudgedScore[], number | null]>([
  ['keeps what it says', [...judged(0.75, 15, 5), ...judged(0.25, 5, 15)], 0],
  ['is as sure of a thousand false alarms', judged(1, 0, 1_000), 1],
  // By a half of 0.2, and a half of 0.1; in one tenth they would cancel out.
  ['says too much here, and too little there', [...judged(0.95, 15, 5), ...judged(0.15, 5, 15)], 0.15],
  ['was judged too seldom', judged(1, 10, 9), null],
])('tells how far a model is off that %s', (_, scores, error) => {
  const found = calibrationError(scores);
  expect(found).toMatchObject({
    verdicts: scores.length,
    attacks: scores.filter(({ verdict }) => verdict === 1).length,
  });
  if (error === null) expect(found.error).toBeNull();
  else expect(found.error).toBeCloseTo(error, 12);
});
