import { quote } from '@tidewatch/event/json_bytes';
import type { ParseContext, WrittenDraft } from '../draft.ts';
import { newObject } from '../ecs_values.ts';
import { JsonText } from '../json_text.ts';
import { isInMilliseconds, parseTime } from '../time.ts';
import { type EventData, type Kind, kindOf, readEventData, readScalar, scalarSince } from './event_data.ts';
import { EventFields } from './event_fields.ts';
import { type Element, type Elements, root } from './evtx_elements.ts';
import { longOf, textOf } from './setters.ts';
import { addMeaning, draftOf } from './windows.ts';
import { winlog } from './winlog.ts';

/*
 * Events of evtx_dump in one walk over their text, as `ecs_text.ts` reads ECS: message and event data go on as they stand
 * in it. What has anything to it (an element that is not known here, a value in a list, an escape by number) is left to
 * `evtx.ts`, with the same result.
 */

/** An event of evtx_dump, all of which the draft says; undefined where that can't be said from its text, or it is none. */
export function readEvtxText(text: string, { clock, bytes }: ParseContext): WrittenDraft | undefined {
  if (!text.startsWith(beginning)) return undefined;
  const document = new EvtxText(new JsonText(text, bytes));
  if (!document.read()) return undefined;
  const { fields, kind, data, time: stamp } = document;
  const time = parseTime(stamp, clock);
  // Elsewhere the event would not say it.
  if (kind === undefined || (stamp === undefined) !== (time === undefined)) return undefined;
  if (stamp !== undefined && !isInMilliseconds(stamp)) fields.set(winlog.timeCreated, `"${stamp}"`);
  fields.set(winlog.eventData, data?.json);
  const event = { fields, slug: kind.slug, meaning: kind.meaning, time, values: data?.values ?? [] };
  addMeaning(event);
  return draftOf(event, { complete: true });
}

const beginning = '{"Event":';

/** Its methods answer whether it is as is hoped for. */
class EvtxText {
  readonly fields = new EventFields();
  data: EventData | undefined;
  time: string | undefined;
  #kind: Kind | undefined;
  readonly #json: JsonText;

  constructor(json: JsonText) {
    this.#json = json;
  }

  read(): boolean {
    return this.#readElements(root) && this.#json.isOver;
  }

  /** Undefined where channel or id are missing. */
  get kind(): Kind | undefined {
    if (this.#kind === undefined) {
      const [channel, eventId] = [this.fields.get(winlog.channel), this.fields.get(winlog.eventId)];
      if (channel !== undefined && eventId !== undefined)
        this.#kind = kindOf(textOf(channel), textOf(eventId));
    }
    return this.#kind;
  }

  #readElements(elements: Elements): boolean {
    const json = this.#json;
    // An element without content.
    if (json.readWord('null')) return true;
    const number = newObject();
    let index = -1;
    let more = json.enterObject();
    while (more === true) {
      index = json.readName(elements, index + 1, number);
      const element = elements.names[index];
      if (element === undefined || !this.#readElement(element)) return false;
      more = json.nextMember();
    }
    return more === false;
  }

  #readElement({ part, elements }: Element): boolean {
    if (elements !== undefined) return this.#readElements(elements);
    if (part === 'data') {
      // Which names the data has is known by the kind of event.
      const { kind } = this;
      this.data = kind === undefined ? undefined : readEventData(this.#json, kind);
      return this.data !== undefined;
    }
    const json = this.#json;
    const start = json.at;
    if (!readScalar(json)) return false;
    const value = scalarSince(json, start);
    const { fields } = this;
    switch (part) {
      case 'plain':
        return value !== undefined && plain.test(value);
      case 'message':
        fields.set(winlog.message, value);
        return json.text.charCodeAt(start) === quote;
      case 'time':
        this.time = value?.slice(1, -1);
        return value !== undefined && json.text.charCodeAt(start) === quote && !json.escaped;
      case 'user':
        if (value !== undefined) fields.set(winlog.user, `{"identifier":${value}}`);
        return true;
      case winlog.processId:
      case winlog.threadId: {
        const number = value && longOf(value);
        fields.set(part, number);
        return value === undefined || number !== undefined;
      }
      case undefined:
        return false;
      default:
        fields.set(part, value);
        return true;
    }
  }
}

/** The namespace that all events have, or the language of a message. */
const plain = /^"(?:http:\/\/schemas\.microsoft\.com\/win\/2004\/08\/events\/event|[A-Za-z\d-]{0,35})"$/;
