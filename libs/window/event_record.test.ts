import { encodeEvent } from '@tidewatch/event';
import type { StreamRecord } from '@tidewatch/stream';
import { expect, it } from 'vitest';
import { headOf } from './event_record.ts';

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

const head = {
  id: 'a',
  time: Date.parse(event['@timestamp']),
  ingested: Date.parse(event.event.ingested),
  dataset: 'd',
  dataClass: 'c',
};

it('is the head of the event, in whatever order its members stand', () => {
  expect(headOf(record(JSON.stringify(event)))).toEqual(head);
  expect(headOf(record(encodeEvent(event).json))).toEqual(head);
  expect(headOf({ ...record('not looked at'), decoded: head })).toBe(head);
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
  expect(headOf(record(text))).toBeUndefined();
});
