import { type KnownName, type KnownObject, knownName } from '../json_text.ts';
import type { Field } from './event_fields.ts';
import { winlog } from './winlog.ts';

/** Where an element's content goes, if not to a field; what is `plain` says nothing of the event. */
type Part = 'time' | 'user' | 'message' | 'data' | 'plain';

export interface Element extends KnownName {
  readonly part: Part | Field | undefined;
  /** The elements in it; undefined where it has a text. */
  readonly elements: Elements | undefined;
}

export type Elements = KnownObject<Element>;

/** Elements by their names; any other has the event parsed. */
function elementsOf(parts: Readonly<Record<string, Part | Field | Elements>>): Elements {
  const names = Object.entries(parts).map(([name, part]) => {
    const isText = typeof part === 'string' || 'path' in part;
    return { ...knownName(name), part: isText ? part : undefined, elements: isText ? undefined : part };
  });
  return { names, meet: () => undefined };
}

const attributes = (parts: Readonly<Record<string, Part | Field>>): Elements =>
  elementsOf({ '#attributes': elementsOf(parts) });

const system = elementsOf({
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

export const root = elementsOf({
  Event: elementsOf({
    '#attributes': elementsOf({ xmlns: 'plain' }),
    System: system,
    EventData: 'data',
    RenderingInfo: elementsOf({ '#attributes': elementsOf({ Culture: 'plain' }), Message: 'message' }),
  }),
});
