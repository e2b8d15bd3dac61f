import { describe, expect, it } from 'vitest';
import { addFilter, removeFilter } from './filter.ts';

describe('addFilter', () => {
  it.each([
    ['', 'host.name', 'web', 'in', 'host.name: web'],
    ['', 'host.name', 'web', 'out', 'not host.name: web'],
    ['a: b', 'host.name', 'two words', 'in', 'a: b and host.name: "two words"'],
    ['a: b or c: d', 'x', 'y', 'in', '(a: b or c: d) and x: y'],
    ['x: y and a: b', 'x', 'y', 'in', 'a: b and x: y'],
    ['not x: y and a: b', 'x', 'y', 'in', 'a: b and x: y'],
    ['x: y', 'x', 'y', 'out', 'not x: y'],
    ['x: (y or z) and a: b', 'x', 'w', 'only', 'a: b and x: w'],
    ['', 'event.severity', 7, 'in', 'event.severity: 7'],
    ['', 'process.ok', true, 'out', 'not process.ok: true'],
    ['', 'user.name', null, 'in', 'not user.name: *'],
    ['', 'user.name', null, 'out', 'user.name: *'],
    ['', 'path', 'C:\\a "b"', 'in', 'path: "C:\\\\a \\"b\\""'],
    ['a: (', 'x', 'y', 'in', 'a: ( and x: y'],
  ] as const)('%s + %s %s %s', (query, field, value, mode, expected) => {
    expect(addFilter(query, field, value, mode)).toBe(expected);
  });
});

describe('removeFilter', () => {
  it.each([
    ['a: b and x: y', 'x', 'y', 'a: b'],
    ['not x: y and a: b', 'x', 'y', 'a: b'],
    ['x: y', 'x', 'y', ''],
    ['x: (y or z) and x >= 3 and a: b', 'x', undefined, 'a: b'],
    ['x: z', 'x', 'y', 'x: z'],
    ['x: (', 'x', 'y', 'x: ('],
  ] as const)('%s - %s %s', (query, field, value, expected) => {
    expect(removeFilter(query, field, value)).toBe(expected);
  });
});
