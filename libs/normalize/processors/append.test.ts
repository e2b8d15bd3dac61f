import { expect, test } from 'vitest';
import { ownTime } from '../../../test/own_time.ts';
import { tryProcessor } from '../parsers/try.suite.ts';

const append = (from: readonly unknown[], to: readonly unknown[] = []) =>
  tryProcessor({ append: { from: 'to' } }, { from, to } as never).fields.to;

test('what is equal is added once, whatever the order of its members', () => {
  expect(
    append([{ b: 1, a: [2] }, { a: [3] }, 1, '1', null], [{ a: [2], b: 1 }, '{"a":[3]}', 'null']),
  ).toEqual([{ a: [2], b: 1 }, '{"a":[3]}', 'null', { a: [3] }, 1, '1', null]);
});

test.each([
  ['texts', (i: number) => `member ${i}`],
  ['objects', (i: number) => ({ name: 'member', number: i })],
])('a long list of %s takes no longer than it must', (_, make) => {
  const from = Array.from({ length: 10_000 }, (_, i) => make(i));
  const run = (): number => {
    const started = ownTime();
    expect(append(from)).toHaveLength(10_000);
    return ownTime() - started;
  };
  expect(Math.min(run(), run(), run())).toBeLessThan(100);
});
