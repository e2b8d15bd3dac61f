import type { EvasionModel } from './model.ts';

type Measured = readonly (readonly [margin: number, coverage: number])[];

/** How much more coverage may count than margin. */
const ratios = [0, 0.5, 1, 2, 4, 8, 16, 32] as const;

/**
 * How margin and coverage are weighed: in the ratio that finds most evasions at the share of false positives that is asked for, as the logit of
 * being an evasion where both kinds are as many (Platt, 1999).
 */
export function blendOf(benign: Measured, evasions: Measured, falsePositives: number): EvasionModel['blend'] {
  let best = { found: -1, ratio: 0 };
  for (const ratio of ratios) {
    const weigh = ([margin, coverage]: Measured[number]) => margin + ratio * coverage;
    const scores = benign.map(weigh).sort((a, b) => b - a);
    const bound = scores[Math.floor(falsePositives * scores.length)] as number;
    const found = evasions.filter((measured) => weigh(measured) > bound).length;
    if (found > best.found) best = { found, ratio };
  }
  const { ratio } = best;
  const combined = (rows: Measured) =>
    rows.map(([margin, coverage]) => [margin + ratio * coverage, 0] as const);
  const { margin, bias } = logistic(combined(benign), combined(evasions));
  return { margin, coverage: ratio * margin, bias };
}

/** Logistic regression, both kinds counted alike, by Newton's method; neither value may speak against an evasion. */
function logistic(benign: Measured, evasions: Measured): EvasionModel['blend'] {
  const ridge = 1e-3;
  const b = [0, 0, 0] as [number, number, number];
  for (let round = 0; round < 50; round++) {
    const g = [-ridge * b[0], -ridge * b[1], 0];
    const h = [ridge, 0, 0, ridge, 0, 1e-9];
    const add = (rows: Measured, label: 0 | 1) => {
      for (const [margin, coverage] of rows) {
        const x = [margin, coverage, 1] as const;
        const p = 1 / (1 + Math.exp(-(b[0] * margin + b[1] * coverage + b[2])));
        const weight = 1 / rows.length;
        for (let i = 0, at = 0; i < 3; i++) {
          g[i] = (g[i] as number) + weight * (label - p) * (x[i] as number);
          for (let j = i; j < 3; j++, at++)
            h[at] = (h[at] as number) + weight * p * (1 - p) * (x[i] as number) * (x[j] as number);
        }
      }
    };
    add(benign, 0);
    add(evasions, 1);
    const step = solve(h as unknown as Symmetric, g as unknown as [number, number, number]);
    for (let i = 0; i < 3; i++) b[i] = (b[i] as number) + (step[i] as number);
    if (Math.max(...step.map(Math.abs)) < 1e-9) break;
  }
  return { margin: Math.max(0, b[0]), coverage: Math.max(0, b[1]), bias: b[2] };
}

/** Upper triangle of three rows. */
type Symmetric = readonly [number, number, number, number, number, number];

/** Cramer's rule. */
function solve(
  [a, b, c, d, e, f]: Symmetric,
  [x, y, z]: readonly [number, number, number],
): readonly [number, number, number] {
  const det = a * (d * f - e * e) - b * (b * f - e * c) + c * (b * e - d * c);
  return [
    (x * (d * f - e * e) - b * (y * f - e * z) + c * (y * e - d * z)) / det,
    (a * (y * f - e * z) - x * (b * f - e * c) + c * (b * z - y * c)) / det,
    (a * (d * z - y * e) - b * (b * z - y * c) + x * (b * e - d * c)) / det,
  ];
}
