import { openObject, quote } from '@tidewatch/event/json_bytes';
import { newObject } from '../ecs_values.ts';
import { type JsonText, type KnownName, type KnownObject, knownName } from '../json_text.ts';
import { channelSlug, meaningsOf } from './channels.ts';
import type { Meaning } from './meaning.ts';

/** What is known of the events of one channel and id. */
export interface Kind {
  /** The channel's part of the data set. */
  readonly slug: string;
  readonly meaning: Meaning | undefined;
  readonly names: KnownObject<DataName>;
}

/** A member of the event data of one kind of event. */
interface DataName extends KnownName {
  /** Its place among what the event's meaning asks for; -1 where it is not asked for. */
  readonly asked: number;
}

/** Kinds of events that are known, and names of one: made-up ones must not fill the memory. */
const maxKinds = 2_000;
const maxNames = 128;
const maxNameLength = 100;
const maxChannelLength = 256;
const maxIdLength = 12;

let known = 0;
const kinds = new Map<string, Map<string, Kind>>();

/** The kind of an event; undefined where its channel or id is longer than any real one. */
export function kindOf(channel: string, eventId: string): Kind | undefined {
  const found = kinds.get(channel)?.get(eventId);
  if (found !== undefined) return found;
  if (channel.length > maxChannelLength || eventId.length > maxIdLength) return undefined;
  if (++known > maxKinds) {
    kinds.clear();
    known = 1;
  }
  // What was cut out of a text would hold all of it.
  const [own, id] = [channel, eventId].map((text) => Buffer.from(text).toString()) as [string, string];
  const ofChannel = kinds.get(own) ?? new Map<string, Kind>();
  const created = newKind(own, id);
  kinds.set(own, ofChannel.set(id, created));
  return created;
}

function newKind(channel: string, eventId: string): Kind {
  const slug = channelSlug(channel);
  const meaning = meaningsOf.get(slug)?.get(eventId);
  const names: DataName[] = [];
  const meet = (name: string): DataName | undefined =>
    name.length > maxNameLength || names.length === maxNames || name.startsWith('#')
      ? undefined
      : { ...knownName(name), asked: meaning?.asks.indexOf(name) ?? -1 };
  return { slug, meaning, names: { names, meet } };
}

/** Event data as it stands in a text. */
export interface EventData {
  /** As JSON, all values as texts; undefined where there is none. */
  readonly json: string | undefined;
  /** What the event's meaning asks for. */
  readonly values: readonly (string | undefined)[];
}

const noData: EventData = { json: undefined, values: [] };

/** Reads an object of scalars; undefined where it is none. */
export function readEventData(json: JsonText, { names: object }: Kind): EventData | undefined {
  const { text, at: first } = json;
  if (json.code() !== openObject) return json.readWord('null') ? noData : undefined;
  const number = newObject();
  const values: (string | undefined)[] = [];
  let members = '';
  let from = first;
  let index = -1;
  let more = json.enterObject();
  if (more === false) return noData;
  while (more === true) {
    index = json.readName(object, index + 1, number);
    const name = object.names[index];
    const start = json.at;
    if (name === undefined || !readScalar(json)) return undefined;
    const code = text.charCodeAt(start);
    if (code !== quote && code !== letterN) {
      members += `${text.slice(from, start)}"${text.slice(start, json.at)}"`;
      from = json.at;
    }
    if (name.asked !== -1) values[name.asked] = scalarSince(json, start);
    more = json.nextMember();
  }
  return more === false ? { json: members + text.slice(from, json.at), values } : undefined;
}

/** Reads a text, a literal or a whole number; false where it is none. */
export function readScalar(json: JsonText): boolean {
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

/** The scalar that was read from `start` on, as a string of JSON; undefined for `null`. */
export function scalarSince({ text, at }: JsonText, start: number): string | undefined {
  const code = text.charCodeAt(start);
  if (code === quote) return text.slice(start, at);
  return code === letterN ? undefined : `"${text.slice(start, at)}"`;
}

const minus = 45;
const letterF = 102;
const letterN = 110;
const letterT = 116;
