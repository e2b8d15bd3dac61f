import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partitionName, partitionPeriod } from './partition.ts';

const day = 86_400_000;

describe('partitionName', () => {
  it.each([
    ['2024-05-15T23:59:59.999Z', 7, '2024-05-15'],
    ['2024-05-15T00:00:00.000Z', 30, '2024-05-15'],
    ['2024-05-15T00:00:00.000Z', 31, '2024-w20'],
    ['2024-12-30T00:00:00.000Z', 180, '2025-w01'],
    ['2021-01-03T00:00:00.000Z', 90, '2020-w53'],
    ['2024-05-15T00:00:00.000Z', 181, '2024-05'],
  ])('%s with %i days is %s', (time, days, name) => {
    expect(partitionName(Date.parse(time), days * day)).toBe(name);
  });

  it('names the period that holds the time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: Date.UTC(2100, 0) }),
        fc.constantFrom(1, 90, 365),
        (time, days) => {
          const { from, to } = partitionPeriod(partitionName(time, days * day))!;
          expect(from <= time && time < to).toBe(true);
          expect(partitionName(from, days * day)).toBe(partitionName(to - 1, days * day));
        },
      ),
    );
  });

  it.each(['', '2024', '2024-5', 'x', '2024-w1', '2024-05-15-1'])('%s is no name', (name) => {
    expect(partitionPeriod(name)).toBeUndefined();
  });
});
