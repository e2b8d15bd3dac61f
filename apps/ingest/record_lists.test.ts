import { eventId } from '@tidewatch/event/ids';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { eventsOf, openIngest, readAll, recordOf } from './ingest.suite.ts';
import { acceptLists, membersOf } from './record_lists.ts';

const list = (...members: unknown[]) => JSON.stringify({ Records: members });

describe('the records of a document', () => {
  const texts = async (text: string) =>
    (await membersOf(Buffer.from(text)))?.map((member) => member.toString());

  test.each<[title: string, text: string, members: string[]]>([
    ['CloudTrail', ' {"Records" : [ {"a":1},\n{"b":[{}]} ] }\n', ['{"a":1}', '{"b":[{}]}']],
    ['event hubs', '{"records":[{"a":"]}\\"{"}]}', ['{"a":"]}\\"{"}']],
    ['Kubernetes', '{"kind":"EventList","apiVersion":"v1","metadata":{},"items":[{"a":1}]}', ['{"a":1}']],
    ['a bare array', '[{"grüße":"\\\\"},{}]', ['{"grüße":"\\\\"}', '{}']],
  ])('%s', async (_, text, members) => {
    expect(await texts(text)).toEqual(members);
  });

  test.each([
    '{"Records":[]}',
    '{"Records":[{"a":1}],"b":2}',
    '{"b":2,"Records":[{"a":1}]}',
    '{"Records":[{"a":1},2]}',
    '{"Records":[{"a":1},]}',
    '{"Records":[{"a":1}]} {}',
    '{"Records":[{"a":1}',
    '{"Records":[{"a":"1]}',
    '{"Records":{"a":1}}',
    '{"others":[{"a":1}]}',
    '{"kind":"PodList","items":[{"a":1}]}',
    '{"kind":"Event","items":[{"a":1}]}',
    '{"items":[{"a":1}]}',
    '{"kind',
    '{"',
    '{',
    '[1]',
    '[{"a":1}] text',
    '[',
    'text',
    '',
  ])('are not looked for in %s', async (text) => {
    expect(await texts(text)).toBeUndefined();
  });
});

describe('a list that is taken', () => {
  let ingest: Awaited<ReturnType<typeof openIngest>>;
  beforeEach(async () => {
    ingest = await openIngest();
  });
  afterEach(() => ingest.dispose());

  it('is the events of its members, each with an id of its own that it keeps', async () => {
    const position = { kind: 'file', fingerprint: 'f00d', offset: 7 } as const;
    const accept = acceptLists(ingest.accept());
    const records = [
      recordOf('{"message":"a"}'),
      recordOf(list({ message: 'b' }, { message: 'c' }), { position }),
      recordOf('{"message":"d"}'),
    ];
    const answers = await accept('web', records);
    expect(answers.map(({ status }) => status)).toEqual(['accepted', 'accepted', 'accepted']);
    const ids = [0, 1].map((item) => eventId({ kind: 'member', of: eventId(position), item }));
    expect(answers.map(({ records = 1 }) => records)).toEqual([1, 2, 1]);
    expect(answers[1]).toMatchObject({ id: ids[0] });
    await accept('web', records.slice(1, 2));
    const events = eventsOf(await readAll(ingest.events));
    expect(events.map(({ message }) => message)).toEqual(['a', 'b', 'c', 'd', 'b', 'c']);
    const kept = events.map(({ event }) => event.id);
    expect(kept.slice(1, 3)).toEqual(ids);
    expect(kept.slice(4)).toEqual(ids);
    expect(new Set(kept).size).toBe(4);
    expect(events[1]?.event.original).toBe('{"message":"b"}');
  });

  it('answers with the member that went wrong, while the others are taken', async () => {
    const deep = (depth: number): string => (depth === 0 ? '{}' : `{"a":${deep(depth - 1)}}`);
    const answers = await acceptLists(ingest.accept())('web', [
      recordOf(`{"records":[{"message":"a"},${deep(200)},{"message":"b"}]}`),
      recordOf('{"message":"c"}'),
    ]);
    expect(answers).toMatchObject([{ status: 'dead_letter', reason: 'too_deep' }, { status: 'accepted' }]);
    const events = eventsOf(await readAll(ingest.events));
    expect(events.map(({ message }) => message)).toEqual(['a', 'b', 'c']);
    expect(await readAll(ingest.deadLetters)).toHaveLength(1);
  });

  it('is refused where governance refuses a member', async () => {
    const classify = () => ({ refused: 'nobody may' });
    const answers = await acceptLists(ingest.accept([], { classify }))('web', [
      recordOf(list({ a: 1 }, { b: 2 })),
    ]);
    expect(answers).toMatchObject([{ status: 'refused' }]);
  });

  it('is text where its input says so', async () => {
    await acceptLists(ingest.accept())('web', [recordOf('[{"a":1},{"a":2}]', { format: 'text' })]);
    const events = eventsOf(await readAll(ingest.events));
    expect(events.map(({ message }) => message)).toEqual(['[{"a":1},{"a":2}]']);
  });
});

test('documents of one call become no more records than one append may have', async () => {
  let taken = 0;
  const accept = acceptLists(async (_, records) => {
    taken = records.length;
    return records.map((_, i) => ({ status: 'accepted', id: String(i) }));
  });
  const document = `[${Array(9_999).fill('{}').join(',')}]`;
  const answers = await accept(
    'a',
    Array.from({ length: 8 }, () => recordOf(document)),
  );
  expect(answers).toHaveLength(8);
  expect(taken).toBe(5 * 9_999 + 3);
});
