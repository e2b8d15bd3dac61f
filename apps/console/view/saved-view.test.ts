import { expect, it } from 'vitest';
import { viewState } from './saved-view.ts';

it('keeps of an address what a view is', () => {
  expect(viewState('?q=rule.level%3A+high&id=a1&live=true&from=now-7d')).toBe(
    'q=rule.level%3A+high&from=now-7d',
  );
  expect(viewState('')).toBe('');
});
