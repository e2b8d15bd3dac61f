import type { JsonObject } from '@tidewatch/event';
import { expect, test } from 'vitest';
import { normalised, pick } from '../normalised.suite.ts';
import { evtx } from './evtx_document.suite.ts';

test.each<[name: string, document: JsonObject, expected: Record<string, unknown>]>([
  [
    'an id with qualifiers',
    evtx({ EventID: { '#attributes': { Qualifiers: 16384 }, '#text': 7036 } }, {}),
    { 'winlog.event_id': '7036', 'winlog.event_data': undefined },
  ],
  [
    'nameless data, one',
    evtx({}, { EventData: { Data: { '#text': 'only' } } }),
    { 'winlog.event_data.Data': 'only' },
  ],
  [
    'nameless data, many',
    evtx({}, { EventData: { Data: { '#text': ['a', 'b', null] }, Binary: 'FF' } }),
    { 'winlog.event_data': { Data: ['a', 'b', null], Binary: 'FF' } },
  ],
  [
    'nameless data, a list',
    evtx({}, { EventData: { Data: ['a', 'b'] } }),
    { 'winlog.event_data.Data': ['a', 'b'] },
  ],
  [
    'named data in a list',
    evtx(
      {},
      {
        EventData: {
          Data: [{ '#attributes': { Name: 'User' }, '#text': 'jane' }, { '#attributes': { Name: 'Empty' } }],
        },
      },
    ),
    { 'winlog.event_data': { User: 'jane', Empty: null } },
  ],
  [
    'attributes of the data',
    evtx(
      {},
      {
        EventData: { '#attributes': { Name: 'TaskDisabled' }, TaskName: '\\SR', N: 5, B: true, L: ['x', 2] },
      },
    ),
    { 'winlog.event_data': { TaskName: '\\SR', N: '5', B: 'true', L: ['x', '2'] } },
  ],
  [
    'user data',
    evtx(
      {},
      {
        UserData: {
          EventXML: {
            '#attributes': { xmlns: 'x' },
            User: 'CORP\\jane',
            Address: '10.0.0.9',
            Deep: { A: 1 },
          },
        },
      },
    ),
    { 'winlog.user_data': { xml_name: 'EventXML', User: 'CORP\\jane', Address: '10.0.0.9', Deep_A: '1' } },
  ],
  [
    'hostile names',
    evtx(
      {},
      {
        EventData: {
          Data: [
            { '#attributes': { Name: '__proto__' }, '#text': 'x' },
            { '#attributes': { Name: 'A' }, '#text': 'y' },
          ],
        },
      },
    ),
    { 'winlog.event_data': { A: 'y' } },
  ],
  [
    'nothing but a channel',
    { Event: { System: { Channel: 'Setup' } } },
    { 'winlog.channel': 'Setup', 'winlog.event_id': '', tags: ['timestamp_missing'] },
  ],
])('evtx_dump: %s', (_, document, expected) => {
  expect(pick(normalised(document), expected)).toEqual(expected);
});
