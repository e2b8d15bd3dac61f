import type { JsonObject } from '@tidewatch/event';
import type { ParseContext } from '../draft.ts';
import { JsonText, type KnownName, type KnownObject, openBrace, quote } from '../json_text.ts';
import { addOwn, parseLong } from '../setters.ts';
import { parseTime } from '../time.ts';
import { channelSlug, meaningsOf } from './channels.ts';
import { type Element, event, known, root, system, type Values } from './evtx_elements.ts';
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

/** What stands before an event's time: the same for all of a kind, and so read once. */
interface Beginning {
  readonly length: number;
  readonly values: Values;
  /** Elements met in it, of the system's, the event's and the document's. */
  readonly met: readonly (readonly Element[])[];
}

const beginnings = new Map<string, Beginning>();
const maxBeginnings = 4_096;
const maxBeginning = 1_000;
/** Made-up ones must not cost much more than they did: of those that come late, few are learnt. */
const learntAtOnce = 512;
const learntOneIn = 16;
let unknownBeginnings = 0;
const timeKey = '"TimeCreated":';
const beforeTime = system.names.findIndex(({ name }) => name === 'TimeCreated') - 1;
const places = [system, event, root] as const;
const indexes = [beforeTime, event.names.findIndex(({ part }) => part === system), 0] as const;

function learn(text: string): void {
  if (beginnings.size >= learntAtOnce && ++unknownBeginnings % learntOneIn !== 0) return;
  if (text.includes('\\')) return;
  const before = objects;
  // Nothing is said by the element in place of the rest.
  const alone = new EvtxText(`${text}${timeKey}null}}}`);
  // What is more than values would be lost.
  if (!alone.readWhole() || alone.message !== undefined || alone.members !== undefined) return;
  const met = places.map(({ names }) =>
    names.filter(({ name, metIn }) => metIn > before && name !== 'TimeCreated'),
  );
  if (beginnings.size >= maxBeginnings) beginnings.clear();
  // The text was cut out of another, and would hold all of it.
  const own = Buffer.from(text).toString();
  beginnings.set(own, { length: own.length, values: alone.values, met });
}

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
  values: Values = {
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
    const { text } = this.#json;
    const end = text.indexOf(timeKey);
    if (end < 0 || end > maxBeginning) return this.readWhole();
    const start = text.slice(0, end);
    const known = beginnings.get(start);
    if (known !== undefined) return this.#readOn(known) && this.#json.isOver;
    const isRead = this.readWhole();
    if (isRead && this.values.channel !== undefined) learn(start);
    return isRead;
  }

  readWhole(): boolean {
    return this.#readElements(root) && this.#json.isOver;
  }

  /** Reads what follows a beginning: the rest of the system, then of the event, then of the document. */
  #readOn({ length, values, met }: Beginning): boolean {
    const json = this.#json;
    this.values = { ...values };
    json.at = length;
    for (let depth = 0; depth < places.length; depth++) {
      const number = ++objects;
      for (const element of met[depth] as readonly Element[]) element.metIn = number;
      const more = depth === 0 ? true : json.nextMember();
      if (!this.#readMembers(places[depth] as KnownObject<Element>, number, indexes[depth] as number, more))
        return false;
    }
    return true;
  }

  #readElements(object: KnownObject<Element>): boolean {
    const json = this.#json;
    // An element without content.
    if (json.readWord('null')) return true;
    const number = ++objects;
    return this.#readMembers(object, number, -1, json.enterObject());
  }

  /** @param before index of the name before */
  #readMembers(
    object: KnownObject<Element>,
    number: number,
    before: number,
    any: boolean | undefined,
  ): boolean {
    const json = this.#json;
    let index = before;
    let more = any;
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
