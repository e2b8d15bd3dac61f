import type { StreamRecord } from '@tidewatch/stream';
import { expect, it } from 'vitest';
import { idleMark, idleSince, isIdleMark } from './idle_mark.ts';

const read = (record: ReturnType<typeof idleMark>): StreamRecord => ({
  ...record,
  headers: record.headers ?? {},
  position: { partition: 0, offset: 0 },
  appendedAt: 0,
});

it('says of which source, and until when; an event is none', () => {
  const mark = read(idleMark('vpn', 1_700_000_000_000));
  expect(isIdleMark(mark)).toBe(true);
  expect([mark.key, idleSince(mark)]).toEqual(['vpn', 1_700_000_000_000]);
  expect(isIdleMark({ ...mark, headers: {} })).toBe(false);
});
