import { expect, it } from 'vitest';
import { explainedScenes } from './explained.ts';

it('each shipped rule says why it matched, and would not have without what it says', async () => {
  const { matches, rules, of, silent, deaf } = await explainedScenes();
  expect({ rules, silent, deaf }).toEqual({ rules: of, silent: [], deaf: [] });
  expect(matches).toBeGreaterThan(of);
});
