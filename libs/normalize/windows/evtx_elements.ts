import type { KnownName, KnownObject } from '../json_text.ts';

/** What the document's elements say of the event, as texts. */
export interface Values {
  channel: string | undefined;
  eventId: string | undefined;
  provider: string | undefined;
  providerGuid: string | undefined;
  computer: string | undefined;
  recordId: string | undefined;
  level: string | undefined;
  task: string | undefined;
  opcode: string | undefined;
  version: string | undefined;
  keywords: string | undefined;
  processId: string | undefined;
  threadId: string | undefined;
  activityId: string | undefined;
  relatedActivityId: string | undefined;
  user: string | undefined;
  time: string | undefined;
}

/** Where an element's content goes; what is `plain` says nothing of the event. */
type Part = keyof Values | 'message' | 'data' | 'plain';

export interface Element extends KnownName {
  readonly part: Part | KnownObject<Element>;
}

export const known = (name: string): KnownName => ({ name, key: `${JSON.stringify(name)}:`, metIn: 0 });

/** Elements by their names; any other has the event parsed. */
function elements(parts: Readonly<Record<string, Part | KnownObject<Element>>>): KnownObject<Element> {
  const names = Object.entries(parts).map(([name, part]) => ({ ...known(name), part }));
  return { names, meet: () => undefined };
}

const attributes = (parts: Readonly<Record<string, Part>>): KnownObject<Element> =>
  elements({ '#attributes': elements(parts) });

export const system = elements({
  Provider: attributes({ Name: 'provider', Guid: 'providerGuid' }),
  EventID: 'eventId',
  Version: 'version',
  Level: 'level',
  Task: 'task',
  Opcode: 'opcode',
  Keywords: 'keywords',
  TimeCreated: attributes({ SystemTime: 'time' }),
  EventRecordID: 'recordId',
  Correlation: attributes({ ActivityID: 'activityId', RelatedActivityID: 'relatedActivityId' }),
  Execution: attributes({ ProcessID: 'processId', ThreadID: 'threadId' }),
  Channel: 'channel',
  Computer: 'computer',
  Security: attributes({ UserID: 'user' }),
});

export const event = elements({
  '#attributes': elements({ xmlns: 'plain' }),
  System: system,
  EventData: 'data',
  RenderingInfo: elements({ '#attributes': elements({ Culture: 'plain' }), Message: 'message' }),
});

export const root = elements({ Event: event });
