import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EcsEvent } from './event.ts';
import { encodeEvent, headJson, readHead } from './head.ts';

const time = Date.UTC(2026, 10, 21, 9, 8, 1, 7);
const iso = (ms: number) => new Date(ms).toISOString();
const event = (more: object = {}): EcsEvent => ({
  message: 'first',
  tidewatch: { data_class: 'auth', source: 'dc1' },
  event: { kind: 'event', ingested: iso(time + 5), dataset: 'linux.sshd', id: 'Zm9vYmFyYmF6cXV4MTIzNA' },
  '@timestamp': iso(time),
  ...more,
});
const head = {
  id: 'Zm9vYmFyYmF6cXV4MTIzNA',
  time,
  ingested: time + 5,
  dataset: 'linux.sshd',
  dataClass: 'auth',
};

describe('an encoded event', () => {
  it('is the event, and begins with its head', () => {
    const encoded = encodeEvent(event());
    expect(encoded.head).toEqual(head);
    expect(JSON.parse(encoded.json)).toEqual(event());
    expect(encoded.json.startsWith(headJson(head, 'dc1'))).toBe(true);
  });
});

describe('readHead', () => {
  const name = fc.oneof(
    fc.constantFrom('a', 'linux.sshd', 'x"y', 'ü', 'a\\', ''),
    fc.string({ maxLength: 600 }),
  );
  it('finds the head, whatever its texts are', () => {
    fc.assert(
      fc.property(name, name, name, name, (id, dataset, dataClass, source) => {
        const expected = { ...head, id, dataset, dataClass };
        expect(readHead(Buffer.from(`${headJson(expected, source)}}}`))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['members in another order', JSON.stringify(event()), head],
    ['a time that is none', JSON.stringify(event({ '@timestamp': 'noon' })), { ...head, time: Number.NaN }],
    ['no time', JSON.stringify(event({ '@timestamp': undefined })), { ...head, time: Number.NaN }],
    ['another form of time', JSON.stringify(event({ '@timestamp': '2026-11-21T09:08:01.007+00:00' })), head],
    ['half an event', JSON.stringify(event()).slice(0, -1), undefined],
    ['another object', '{"a":1}', undefined],
    ['nothing', '', undefined],
  ])('of %s', (_, text, expected) => expect(readHead(Buffer.from(text))).toEqual(expected));

  it('looks at its own bytes only', () => {
    const all = Buffer.from(`${encodeEvent(event()).json}rubbish`);
    expect(readHead(all.subarray(0, -'rubbish'.length))).toEqual(head);
  });
});
