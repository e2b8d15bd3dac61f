import { expect, it } from 'vitest';
import { minuteTime } from './moment.ts';
import { wordsOf } from './words.ts';

it('shows moments as the reader’s clock has them, and code apart', () => {
  const said = minuteTime(Date.UTC(2026, 10, 23, 9, 30));
  expect(wordsOf('No event since 2026-11-23T09:30:00Z: `where` asks for `2026-11-23T09:30Z`')).toEqual([
    { isCode: false, text: `No event since ${said}: ` },
    { isCode: true, text: 'where' },
    { isCode: false, text: ' asks for ' },
    { isCode: true, text: '2026-11-23T09:30Z' },
  ]);
  expect(wordsOf('An odd ` stays, as 12026-11-23T09:30Z does')).toEqual([
    { isCode: false, text: 'An odd ` stays, as 12026-11-23T09:30Z does' },
  ]);
});
