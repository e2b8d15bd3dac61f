import { openArray, openObject, quote } from '@tidewatch/event/json_bytes';
import type { ParseContext, WrittenDraft } from '../draft.ts';
import { anything, type EcsName, type EcsObject, knownDocuments } from '../ecs_names.ts';
import { EcsValues, membersOf, newObject } from '../ecs_values.ts';
import { JsonText } from '../json_text.ts';
import { relatedFields } from '../related.ts';
import { isInMilliseconds, parseTime } from '../time.ts';
import { type EventData, kindOf, readEventData, readScalar, scalarSince } from './event_data.ts';
import { EventFields, type Field, field, holds } from './event_fields.ts';
import { longOf, textOf } from './setters.ts';
import { addMeaning, draftOf, type WindowsEvent } from './windows.ts';
import { winlog } from './winlog.ts';

/*
 * Winlogbeat's documents in one walk over their text, as `evtx_text.ts` reads those of evtx_dump. What the shipper says
 * in ECS fills what the event's meaning leaves open; where both would have to be joined (its own `process`, `user_data`,
 * a `winlog.logon`), or a type is wrong, the document is left to `winlogbeat.ts`, with the same result.
 */

/** An event of winlogbeat or Elastic Agent; undefined where it can't be told from its text, or is none. */
export function readWinlogbeatText(text: string, context: ParseContext): WrittenDraft | undefined {
  if (!text.includes('"winlog":')) return undefined;
  const document = new WinlogbeatText(new JsonText(text, context.bytes), context);
  return document.read() ? document.draft() : undefined;
}

/** What a shipper says of an event in ECS, too: members of the objects of a document by their names. */
const shipped = {
  host: new Map(['name', 'ip'].map((name) => [name, field(`host.${name}`)])),
  log: new Map([['level', field('log.level')]]),
  event: new Map(
    ['code', 'provider', 'action', 'category', 'type', 'outcome'].map((name) => [
      name,
      field(`event.${name}`),
    ]),
  ),
} as const;
const action = field('event.action');
const provider = field('event.provider');

/** What else there is in these objects, and in the document. */
const others = {
  host: field('host.'),
  log: field('log.'),
  event: field('event.'),
  winlog: field('winlog.'),
  document: field(''),
} as const;
type Group = keyof typeof shipped;

type Part = Group | 'winlog' | 'time' | 'message' | 'tags' | 'ecs';
const parts: ReadonlyMap<string, Part> = new Map<string, Part>([
  ['@timestamp', 'time'],
  ...(['host', 'log', 'event', 'winlog', 'message', 'tags', 'ecs'] as const).map(
    (name) => [name, name] as const,
  ),
]);

type WinlogPart = Field | 'keywords' | 'process' | 'user' | 'event_data';
const winlogParts: ReadonlyMap<string, WinlogPart> = new Map<string, WinlogPart>([
  ...Object.values(winlog).flatMap((at): [string, WinlogPart][] => {
    const [first, name, ...below] = at.path.split('.');
    // Winlogbeat's own have more to them: data to be named anew, a time that is not the event's.
    const isTaken = at !== winlog.userData && at !== winlog.timeCreated;
    return isTaken && first === 'winlog' && below.length === 0 ? [[name as string, at]] : [];
  }),
  ...(['keywords', 'process', 'user', 'event_data'] as const).map((name) => [name, name] as const),
]);
const about = new Set(relatedFields.map(([path]) => path.split('.')[0]));

/** Its methods answer whether it is as is hoped for. */
class WinlogbeatText extends EcsValues {
  readonly #context: ParseContext;
  readonly #fields = new EventFields();
  readonly #shipped: (readonly [at: Field, json: string])[] = [];
  readonly #others: Partial<Record<keyof typeof others, string>> = {};
  #time: string | undefined;
  #created: string | undefined;
  /** What `event` says of itself, as JSON. */
  readonly #facts: Partial<Record<'kind' | 'module' | 'dataset', string>> = {};
  #tags: string | undefined;
  #data: EventData | undefined;
  /** Where data stands that came before the event's kind. */
  #dataAt = -1;

  constructor(json: JsonText, context: ParseContext) {
    super(json);
    this.#context = context;
  }

  read(): boolean {
    const names: string[] = [];
    const isRead = this.#readMembers(knownDocuments(), (name, from) => {
      names.push(name.name);
      return this.#readTop(name, from);
    });
    // A parser of people's own may claim it.
    return isRead && this.json.isOver && !this.#context.parsers.asksForMembers(names);
  }

  draft(): WrittenDraft | undefined {
    const { clock } = this.#context;
    const fields = this.#fields;
    const time = parseTime(this.#time, clock);
    const created = parseTime(this.#created, clock);
    if (time === undefined || (this.#created !== undefined && created === undefined)) return undefined;
    const kind = this.#eventKind();
    if (kind === undefined) return undefined;
    if (this.#dataAt !== -1) {
      this.json.at = this.#dataAt;
      this.#data = readEventData(this.json, kind);
      if (this.#data === undefined) return undefined;
    }
    if (this.#data !== undefined) fields.set(winlog.eventData, this.#data.json ?? '{}');
    if (fields.get(winlog.provider) === undefined) fields.set(winlog.provider, this.#shippedProvider());
    const { slug, meaning } = kind;
    const event: WindowsEvent = { fields, slug, meaning, time, values: this.#data?.values ?? [] };
    addMeaning(event);
    const isSaid = this.#fill() && this.#isSaid(event);
    for (const name of groups) fields.set(others[name], this.#others[name]);
    return draftOf(event, { complete: isSaid, created, kind: this.#facts.kind, tags: this.#tags });
  }

  #eventKind() {
    const [channel, id] = [this.#fields.get(winlog.channel), this.#fields.get(winlog.eventId)];
    return channel === undefined || id === undefined ? undefined : kindOf(textOf(channel), textOf(id));
  }

  #shippedProvider(): string | undefined {
    const json = this.#shipped.find(([at]) => at === provider)?.[1];
    return json?.charCodeAt(0) === quote ? json : undefined;
  }

  /** Takes what the shipper said where nothing else did; answers whether nothing of it is lost. */
  #fill(): boolean {
    const fields = this.#fields;
    let complete = true;
    for (const [at, json] of this.#shipped) {
      const own = fields.get(at);
      if (own === undefined) fields.set(at, json);
      // The action is the task's name, unless the event's meaning has a better one.
      else if (own !== json && (at !== action || json !== fields.get(winlog.task))) complete = false;
    }
    return complete;
  }

  /** Whether the envelope says what was given of times, data set, module and kind: exactly so. */
  #isSaid({ slug, meaning }: WindowsEvent): boolean {
    const { kind, module, dataset } = this.#facts;
    if (kind !== undefined && meaning?.kind !== undefined && kind !== meaning.kind) return false;
    if (module !== undefined && module !== '"windows"') return false;
    if (dataset !== undefined && dataset !== `"windows.${slug}"`) return false;
    return [this.#time, this.#created].every((time) => time === undefined || isInMilliseconds(time));
  }

  #readMembers(object: EcsObject, read: (name: EcsName, from: number) => boolean): boolean {
    const { json } = this;
    const number = newObject();
    let index = -1;
    let more = json.enterObject();
    while (more === true) {
      const from = json.at;
      index = json.readName(object, index + 1, number);
      const name = object.names[index];
      if (name === undefined || !this.takesField() || !read(name, from)) return false;
      more = json.nextMember();
    }
    return more === false;
  }

  #readTop(name: EcsName, from: number): boolean {
    const { json } = this;
    const start = json.at;
    const part = parts.get(name.name);
    switch (part) {
      case 'time':
        this.#time = json.readPlainString();
        return this.#time !== undefined;
      case 'message':
        if (json.readString() === -1) return false;
        this.#fields.set(winlog.message, json.text.slice(start, json.at));
        return true;
      case 'winlog':
        return this.#readMembers(membersOf(name), (member, at) => this.#readWinlog(member, at));
      case 'host':
      case 'log':
      case 'event':
        return this.#readMembers(membersOf(name), (member, at) => this.#readGroup(part, member, at));
      case 'ecs':
        return this.readObject(membersOf(name), 1);
      case 'tags':
        if (json.code() !== openArray || !this.readTexts()) return false;
        this.#tags = json.text.slice(start, json.at);
        return true;
      default:
        if (holds(name.name) || about.has(name.name)) return false;
        return this.readMember(name, 1) && this.#keep('document', from);
    }
  }

  /** Keeps a member as it stands. */
  #keep(group: keyof typeof others, from: number): boolean {
    const kept = this.#others[group];
    const member = this.json.text.slice(from, this.json.at);
    this.#others[group] = kept === undefined ? member : `${kept},${member}`;
    return true;
  }

  #readGroup(group: Group, name: EcsName, from: number): boolean {
    const { json } = this;
    const start = json.at;
    if (!this.readMember(name, 2)) return false;
    const at = shipped[group].get(name.name);
    if (at !== undefined) this.#shipped.push([at, json.text.slice(start, json.at)]);
    else if (name.part === undefined) return this.#keep(group, from);
    return true;
  }

  protected override readPart(name: EcsName, depth: number): boolean {
    const { json } = this;
    const start = json.at;
    switch (name.part) {
      case 'labels':
      case 'stream':
        return this.readObject(membersOf(name), depth);
      case 'stream_dataset':
        return this.readValue(name.takes, name, depth);
      case 'created':
        this.#created = json.readPlainString();
        return this.#created !== undefined;
      case 'kind':
      case 'module':
      case 'dataset':
        if (json.readString() === -1) return false;
        this.#facts[name.part] = json.text.slice(start, json.at);
        return true;
      default:
        return false;
    }
  }

  #readWinlog(name: EcsName, from: number): boolean {
    const { json } = this;
    const start = json.at;
    const fields = this.#fields;
    const part = winlogParts.get(name.name);
    switch (part) {
      case undefined:
        if (holds(`winlog.${name.name}`)) return false;
        return this.readValue(anything, name, 2) && this.#keep('winlog', from);
      case 'keywords':
        if (json.code() === openArray ? !this.readTexts() : json.readString() === -1) return false;
        fields.set(winlog.keywords, json.text.slice(start, json.at));
        return true;
      case 'process':
        return this.#readMembers(membersOf(name), (member) => this.#readProcess(member));
      case 'user':
        if (json.code() !== openObject || !this.readValue(anything, name, 2)) return false;
        fields.set(winlog.user, json.text.slice(start, json.at));
        return true;
      case 'event_data':
        return json.code() === openObject && this.#readData();
      default: {
        if (!readScalar(json)) return false;
        const value = scalarSince(json, start);
        fields.set(part, value);
        return value !== undefined;
      }
    }
  }

  #readProcess(name: EcsName): boolean {
    if (name.name === 'pid') return this.#readNumber(winlog.processId);
    const isId = (member: EcsName) => member.name === 'id' && this.#readNumber(winlog.threadId);
    return name.name === 'thread' && this.#readMembers(membersOf(name), isId);
  }

  #readNumber(at: Field): boolean {
    const { json } = this;
    const start = json.at;
    if (!readScalar(json)) return false;
    const number = longOf(scalarSince(json, start) ?? '""');
    this.#fields.set(at, number);
    return number !== undefined;
  }

  #readData(): boolean {
    const kind = this.#eventKind();
    if (kind === undefined) {
      this.#dataAt = this.json.at;
      return this.json.skipFlat();
    }
    this.#data = readEventData(this.json, kind);
    return this.#data !== undefined;
  }
}

const groups = ['host', 'log', 'event', 'winlog', 'document'] as const;
