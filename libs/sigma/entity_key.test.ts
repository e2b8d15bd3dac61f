import type { JsonObject } from '@tidewatch/event';
import { expect, it } from 'vitest';
import { entityKey } from './entity_key.ts';

const evtx = (id: number, data: JsonObject): JsonObject => ({
  Event: { System: { EventID: id, Computer: 'pc' }, EventData: data },
});

it.each<[event: JsonObject, host: string | null, user: string | null]>([
  [{ host: { name: 'h' }, user: { name: 'u' } }, 'h', 'u'],
  [{ 'host.name': 'h', 'user.name': 'u' }, 'h', 'u'],
  [evtx(1, { User: 'DOM\\bob' }), 'pc', 'bob'],
  [evtx(4624, { SubjectUserName: 'PC$', TargetUserName: 'bob' }), 'pc', 'bob'],
  [evtx(4688, { SubjectUserName: 'bob', TargetUserName: '-' }), 'pc', 'bob'],
  [evtx(4720, { SubjectUserName: '-', TargetUserName: 'new' }), 'pc', 'new'],
  [
    {
      winlog: {
        computer_name: 'pc',
        event_id: '4625',
        event_data: { TargetUserName: 'bob', SubjectUserName: 'x' },
      },
    },
    'pc',
    'bob',
  ],
  [{ EventID: 1, Channel: 'Security', Hostname: 'pc', User: 'NT AUTHORITY\\SYSTEM' }, 'pc', 'SYSTEM'],
  [{ message: 'x' }, null, null],
  [{ host: { name: '' }, user: { name: '-' } }, null, null],
])('%j is about %s and %s', (event, host, user) => {
  const key = entityKey(event);
  expect(key).toEqual([
    ...(host === null ? [] : [{ field: 'host.name', value: host }]),
    ...(user === null ? [] : [{ field: 'user.name', value: user }]),
  ]);
});

it('is about the address where there is neither host nor user', () => {
  const request = { source: { ip: '192.0.2.7' }, url: { path: '/' } };
  expect(entityKey(request)).toEqual([{ field: 'source.ip', value: '192.0.2.7' }]);
  expect(entityKey({ ...request, host: { name: 'web01' } })).toEqual([
    { field: 'host.name', value: 'web01' },
  ]);
});
