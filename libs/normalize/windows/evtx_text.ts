import type { JsonObject } from '@tidewatch/event';
import type { ParseContext } from '../draft.ts';
import { JsonText, type KnownName, type KnownObject, openBrace, quote } from '../json_text.ts';
import { addOwn, parseLong } from '../setters.ts';
import { parseTime } from '../time.ts';
import { channelSlug, meaningsOf } from './channels.ts';
import { preciseTime, type WindowsRecord } from './record.ts';

/*
 * Events of evtx_dump in one walk over their text, as `ecs_text.ts` reads ECS: message and event data go on as they stand
 * in it, and only what the event's meaning needs is made into values. What has anything to it (an element that is not
 * known here, a value in a list, an escape by number) is left to `evtx.ts`, with the same result.
 */

/** An event of evtx_dump, all of which the record says; undefined where that can't be said from its text, or it is none. */
export function readEvtxText(text: string, { clock }: ParseContext): WindowsRecord | undefined {
  if (!text.startsWith(beginning) || !JsonText.isPlain(text)) return undefined;
  const document = new EvtxText(text);
  if (!document.read()) return undefined;
  const { values, eventData, members, message } = document;
  const { channel, eventId, processId, threadId } = values;
  const time = parseTime(values.time, clock);
  // Elsewhere the record would not say it.
  if (channel === undefined || eventId === undefined) return undefined;
  if ((values.time === undefined) !== (time === undefined)) return undefined;
  if ([processId, threadId].some((id) => id !== undefined && parseLong(id) === undefined)) return undefined;
  return {
    channel,
    eventId,
    provider: values.provider,
    providerGuid: values.providerGuid,
    computer: values.computer,
    recordId: values.recordId,
    level: values.level,
    task: values.task,
    opcode: values.opcode,
    version: values.version,
    keywords: values.keywords,
    processId,
    threadId,
    activityId: values.activityId,
    relatedActivityId: values.relatedActivityId,
    user: values.user === undefined ? undefined : { identifier: values.user },
    time,
    timeCreated: preciseTime(values.time),
    message: undefined,
    eventData,
    userData: undefined,
    verbatim: { message, eventData: members },
  };
}

const beginning = '{"Event":';

/** What the document's elements say of the event, as texts. */
interface Values {
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

interface Element extends KnownName {
  readonly part: Part | KnownObject<Element>;
}

const known = (name: string): KnownName => ({ name, key: `${JSON.stringify(name)}:`, metIn: 0 });

/** Elements by their names; any other has the event parsed. */
function elements(parts: Readonly<Record<string, Part | KnownObject<Element>>>): KnownObject<Element> {
  const names = Object.entries(parts).map(([name, part]) => ({ ...known(name), part }));
  return { names, meet: () => undefined };
}

const attributes = (parts: Readonly<Record<string, Part>>): KnownObject<Element> =>
  elements({ '#attributes': elements(parts) });

const system = elements({
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

const root = elements({
  Event: elements({
    '#attributes': elements({ xmlns: 'plain' }),
    System: system,
    EventData: 'data',
    RenderingInfo: elements({ '#attributes': elements({ Culture: 'plain' }), Message: 'message' }),
  }),
});

/** A member of the event data of one kind of event. */
interface DataName extends KnownName {
  /** The event's meaning asks for its value. */
  readonly asked: boolean;
}

/** Kinds of events whose names are known, and names of one: made-up ones must not fill the memory. */
const maxKinds = 2_000;
const maxNames = 128;
const maxNameLength = 100;
const maxIdLength = 12;
const kinds = new Map<string, KnownObject<DataName>>();

function dataNames(channel: string, eventId: string): KnownObject<DataName> {
  const slug = channelSlug(channel);
  const kind = `${slug} ${eventId}`;
  const present = kinds.get(kind);
  if (present !== undefined) return present;
  const meaning = meaningsOf.get(slug)?.get(eventId);
  const asked = new Set(meaning?.fields.map(([name]) => name));
  const names: DataName[] = [];
  const created: KnownObject<DataName> = {
    names,
    meet(name) {
      if (name.length > maxNameLength || names.length === maxNames || name.startsWith('#')) return undefined;
      // The name was cut out of a text, and would hold all of it.
      const key = JSON.stringify(name);
      return { ...known(key.slice(1, -1)), asked: meaning?.derive !== undefined || asked.has(name) };
    },
  };
  if (kinds.size >= maxKinds) kinds.clear();
  kinds.set(kind, created);
  return created;
}

/** Objects are numbered, so that a name met twice in one is seen. */
let objects = 0;

/** Its methods answer whether it is as is hoped for. */
class EvtxText {
  readonly values: Values = {
    channel: undefined,
    eventId: undefined,
    provider: undefined,
    providerGuid: undefined,
    computer: undefined,
    recordId: undefined,
    level: undefined,
    task: undefined,
    opcode: undefined,
    version: undefined,
    keywords: undefined,
    processId: undefined,
    threadId: undefined,
    activityId: undefined,
    relatedActivityId: undefined,
    user: undefined,
    time: undefined,
  };
  readonly eventData: JsonObject = {};
  message: string | undefined;
  members: string | undefined;
  readonly #json: JsonText;

  constructor(text: string) {
    this.#json = new JsonText(text);
  }

  read(): boolean {
    return this.#readElements(root) && this.#json.isOver;
  }

  #readElements(object: KnownObject<Element>): boolean {
    const json = this.#json;
    // An element without content.
    if (json.readWord('null')) return true;
    const number = ++objects;
    let index = -1;
    let more = json.enterObject();
    while (more === true) {
      index = json.readName(object, index + 1, number);
      const element = object.names[index];
      if (element === undefined || !this.#readElement(element.part)) return false;
      more = json.nextMember();
    }
    return more === false;
  }

  #readElement(part: Element['part']): boolean {
    if (typeof part === 'object') return this.#readElements(part);
    const { values } = this;
    if (part === 'data') {
      // Which names the data has is known by the kind of event.
      const { channel, eventId } = values;
      if (channel === undefined || eventId === undefined || eventId.length > maxIdLength) return false;
      return this.#json.readWord('null') || this.#readData(dataNames(channel, eventId));
    }
    const start = this.#json.at;
    if (!this.#readScalar()) return false;
    const written = this.#json.text.slice(start, this.#json.at);
    if (part === 'plain') return plain.test(written);
    if (part === 'time' && written.charCodeAt(0) !== quote) return false;
    if (part === 'message') this.message = written;
    else if (written !== 'null') values[part] = textOf(written);
    return part !== 'message' || written.charCodeAt(0) === quote;
  }

  #readData(object: KnownObject<DataName>): boolean {
    const json = this.#json;
    const { text, at: first } = json;
    if (json.code() !== openBrace) return false;
    const number = ++objects;
    let members = '';
    let from = first;
    let index = -1;
    let more = json.enterObject();
    const any = more;
    while (more === true) {
      index = json.readName(object, index + 1, number);
      const name = object.names[index];
      const start = json.at;
      if (name === undefined || !this.#readScalar()) return false;
      const code = text.charCodeAt(start);
      if (code !== quote && code !== letterN) {
        // All values are texts.
        members += `${text.slice(from, start)}"${text.slice(start, json.at)}"`;
        from = json.at;
      }
      if (name.asked) this.#keep(name.name, text.slice(start, json.at));
      more = json.nextMember();
    }
    if (any === true) this.members = members + text.slice(from, json.at);
    return more === false;
  }

  #keep(name: string, written: string): void {
    addOwn(this.eventData, name, written === 'null' ? null : textOf(written));
  }

  #readScalar(): boolean {
    const json = this.#json;
    switch (json.code()) {
      case quote:
        return json.readString() !== -1;
      case letterN:
        return json.readWord('null');
      case letterT:
        return json.readWord('true');
      case letterF:
        return json.readWord('false');
      default:
        // Nought has no sign as a text.
        return json.code() !== minus && json.readNumber(true);
    }
  }
}

/** The namespace that all events have, or the language of a message. */
const plain = /^"(?:http:\/\/schemas\.microsoft\.com\/win\/2004\/08\/events\/event|[A-Za-z\d-]{0,35})"$/;
const minus = 45;
const letterF = 102;
const letterN = 110;
const letterT = 116;

/** A scalar's text. */
function textOf(written: string): string {
  if (written.charCodeAt(0) !== quote) return written;
  return written.includes('\\') ? (JSON.parse(written) as string) : written.slice(1, -1);
}
