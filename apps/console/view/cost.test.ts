import { describe, expect, it } from 'vitest';
import { costFigure, costText } from './cost.ts';

describe('what a rule cost', () => {
  it.each([
    [0, '0 µs'],
    [3.4e-6, '3 µs'],
    [0.045, '45 ms'],
    [1.24, '1.2 s'],
    [4_321, '4,321 s'],
  ])('shows %s seconds as %s', (seconds, shown) => expect(costFigure(seconds)).toBe(shown));

  it('is told in a sentence', () => {
    const cost = {
      evaluations: 2_000,
      seconds: 0.5,
      worstSeconds: 0.002,
      explainingSeconds: 0,
      share: 0.125,
      flagged: true,
    };
    expect(costText(cost)).toBe(
      'Run 2,000 times, 250 µs each, 2 ms at worst: 500 ms in all, 12.5 % of late.',
    );
    expect(costText({ ...cost, explainingSeconds: 3 })).toMatch(/ Explaining its matches took 3.0 s\.$/);
    expect(costText({ ...cost, evaluations: 0 })).toMatch(/not run/);
  });
});
