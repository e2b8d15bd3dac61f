import { expect, test } from 'vitest';
import { ownTime } from '../../../test/own_time.ts';
import { tryProcessor } from '../parsers/try.suite.ts';

const read = (message: string, config: object = {}) =>
  tryProcessor({ kv: { to: '_x', ...config } }, { message }).fields._x;

test.each([
  ['a=1  b=2 ', {}, { a: '1', b: '2' }],
  ['a=\'x y\' b="p=\'q\' \\"r\\""', {}, { a: 'x y', b: 'p=\'q\' "r"' }],
  ['a="never closed b=2', {}, { a: '"never', b: '2' }],
  ['a="x"y b=2', {}, { a: 'x', b: '2' }],
  ['a=b=c', {}, { a: 'b=c' }],
  ['=1 a=2', {}, { a: '2' }],
  ['a="1"', { quotes: false }, { a: '"1"' }],
  ['a=1,b=2,,c=3', { pair: ',' }, { a: '1', b: '2', c: '3' }],
  ['a: 1 | b: 2', { pair: ' | ', value: ': ' }, { a: '1', b: '2' }],
  ['a..b=1 .c=2 __proto__=3 d.__proto__.e=4', {}, { a__b: '1', _c: '2' }],
  ['a=1 b=2 c=3', { include: ['a', 'c'], exclude: ['c'] }, { a: '1' }],
  ['a=- b= c=0', {}, { c: '0' }],
])('%s with %j', (text, config, expected) => {
  expect(read(text, config)).toEqual(expected);
});

test('a value cannot replace what stands around it', () => {
  expect(tryProcessor({ kv: {} }, { message: 'a.b=1 a=2' }).fields).toEqual({ message: 'a.b=1 a=2', a: '2' });
  expect(Object.getPrototypeOf({})).toBe(Object.prototype);
});

test.each([`${'x '.repeat(32_000)}a=1`, 'a="'.repeat(21_000), '='.repeat(65_000), 'a=1 '.repeat(16_000)])(
  'a long text is read in time: %#',
  (message) => {
    const run = () => {
      const started = ownTime();
      tryProcessor({ kv: { to: '_x' } }, { message });
      return ownTime() - started;
    };
    expect(Math.min(run(), run(), run())).toBeLessThan(100);
  },
);
