import { createLogger } from '@tidewatch/telemetry';
import { expect, test } from 'vitest';
import { createTally } from './tally.ts';

test('counts everything, and says so once a minute', () => {
  const lines: { count: number; total: number; msg: string }[] = [];
  const log = createLogger({ destination: { write: (line) => void lines.push(JSON.parse(line)) } });
  let now = 0;
  const tally = createTally(log, 'Lines were cut', {}, () => now);
  tally.add();
  tally.add(4);
  now = 59_999;
  tally.add();
  expect(lines).toMatchObject([{ count: 1, total: 1, msg: 'Lines were cut' }]);
  now = 60_000;
  tally.add();
  expect(lines[1]).toMatchObject({ count: 6, total: 7 });
  tally.add();
  tally.flush();
  tally.flush();
  expect(lines.map(({ total }) => total)).toEqual([1, 7, 8]);
  expect(tally.total).toBe(8);
});
