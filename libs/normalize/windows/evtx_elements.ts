import { type KnownName, type KnownObject, knownName } from '../json_text.ts';
import type { Field } from './event_fields.ts';
import { winlog } from './winlog.ts';

/** Where an element's content goes, if not to a field; what is `plain` says nothing of the event. */
type Part = 'time' | 'user' | 'message' | 'data' | 'plain';

export interface Element extends KnownName {
  readonly part: Part | Field | Elements;
}

/** Elements by their names; any other has the event parsed. */
export class Elements implements KnownObject<Element> {
  readonly names: Element[];
  readonly meet = (): undefined => undefined;

  constructor(parts: Readonly<Record<string, Element['part']>>) {
    this.names = Object.entries(parts).map(([name, part]) => ({ ...knownName(name), part }));
  }
}

const attributes = (parts: Readonly<Record<string, Element['part']>>): Elements =>
  new Elements({ '#attributes': new Elements(parts) });

const system = new Elements({
  Provider: attributes({ Name: winlog.provider, Guid: winlog.providerGuid }),
  EventID: winlog.eventId,
  Version: winlog.version,
  Level: winlog.level,
  Task: winlog.task,
  Opcode: winlog.opcode,
  Keywords: winlog.keywords,
  TimeCreated: attributes({ SystemTime: 'time' }),
  EventRecordID: winlog.recordId,
  Correlation: attributes({ ActivityID: winlog.activityId, RelatedActivityID: winlog.relatedActivityId }),
  Execution: attributes({ ProcessID: winlog.processId, ThreadID: winlog.threadId }),
  Channel: winlog.channel,
  Computer: winlog.computer,
  Security: attributes({ UserID: 'user' }),
});

export const root = new Elements({
  Event: new Elements({
    '#attributes': new Elements({ xmlns: 'plain' }),
    System: system,
    EventData: 'data',
    RenderingInfo: new Elements({ '#attributes': new Elements({ Culture: 'plain' }), Message: 'message' }),
  }),
});
