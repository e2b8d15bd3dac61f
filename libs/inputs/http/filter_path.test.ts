import { expect, test } from 'vitest';
import { parseFilterPath } from './filter_path.ts';

const members = ['_index', '_id', 'result', 'status', 'error'];

test.each([
  [undefined, ['took', 'errors'], members],
  ['errors,items.*.error,items.*.status', ['errors'], ['status', 'error']],
  ['took, items', ['took'], members],
  ['items.create._i*', [], ['_index', '_id']],
  ['items.index.*', [], []],
  ['items.*.error.type', [], ['error']],
  ['e*', ['errors'], []],
  ['*', ['took', 'errors'], members],
  ['-items', ['took', 'errors'], members],
  ['**.status', ['took', 'errors'], members],
  ['nothing', [], []],
])('%s', (text, top, item) => {
  const filter = parseFilterPath(text);
  expect((['took', 'errors'] as const).filter((name) => filter.keeps(name))).toEqual(top);
  expect(members.filter((name) => filter.keepsOfItem('create', name))).toEqual(item);
});
