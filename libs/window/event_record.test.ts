import type { StreamRecord } from '@tidewatch/stream';
import { expect, it } from 'vitest';
import { eventOf } from './event_record.ts';

const record = (text: string): StreamRecord => ({
  key: 's',
  headers: {},
  value: new TextEncoder().encode(text),
  position: { partition: 0, offset: 0 },
  appendedAt: 0,
});

const event = {
  '@timestamp': '2026-11-21T10:00:00.000Z',
  event: { id: 'a', ingested: '2026-11-21T10:00:01.000Z', dataset: 'd' },
  tidewatch: { source: 's', data_class: 'c' },
};

it('is the event', () => {
  expect(eventOf(record(JSON.stringify(event)))).toEqual(event);
});

it.each([
  '',
  'rubbish',
  'null',
  '[]',
  '{}',
  '{"event":{"id":1}}',
  '{"event":{"id":"a","ingested":"soon"},"tidewatch":{}}',
])('is nothing where the value is %j', (text) => {
  expect(eventOf(record(text))).toBeUndefined();
});
