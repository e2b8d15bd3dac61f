import type { JsonObject } from '@tidewatch/event';

const system = {
  Provider: { '#attributes': { Name: 'P' } },
  EventID: 1,
  Channel: 'Application',
  Computer: 'c',
  TimeCreated: { '#attributes': { SystemTime: '2026-11-21T09:08:01Z' } },
};
/** An event as evtx_dump writes it, with other system fields, and event or user data. */
export const evtx = (changes: JsonObject, parts: JsonObject): JsonObject => ({
  Event: { System: { ...system, ...changes }, ...parts },
});
