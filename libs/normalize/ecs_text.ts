import { jsonLimits } from '@tidewatch/event';
import type { ParseContext, WrittenDraft } from './draft.ts';
import { datasetOf, mayShipLine } from './ecs.ts';
import type { EcsType } from './ecs_fields.ts';
import { anything, type EcsName, type EcsObject, knownDocuments, namesIn, type Takes } from './ecs_names.ts';
import { coerceScalar } from './ecs_types.ts';
import { JsonText, openBrace, openBracket, quote } from './json_text.ts';
import type { RelatedKind } from './related.ts';
import { isInMilliseconds, parseTime } from './time.ts';

/*
 * ECS documents as shippers send them need nothing but a look at their types: here they are read in one walk over their
 * text, and go on as they stand in it. To parse them into objects and write these again is several times the work. What
 * has anything to it (a type to convert, a dotted name, an escape by number, members that are Tidewatch's own to merge)
 * is left to `parseJson` and `ecs.ts`, with the same result.
 */

/** An ECS document that can go on as it stands; undefined where it can't, or is none. */
export function readEcsText(text: string, context: ParseContext): WrittenDraft | undefined {
  if (!JsonText.isPlain(text)) return undefined;
  const document = new EcsText(text);
  if (!document.read()) return undefined;
  const { facts, related, members, event } = document;
  const { kind, stream, tags } = facts;
  const dataset = datasetOf(facts.dataset, stream, context);
  const time = parseTime(facts.timestamp, context.clock);
  const created = parseTime(facts.created, context.clock);
  // What is no time goes elsewhere.
  if ((facts.timestamp === undefined) !== (time === undefined)) return undefined;
  if ((facts.created === undefined) !== (created === undefined)) return undefined;
  const complete = !document.leavesOut && isSaid(facts, dataset);
  return {
    dataset: facts.dataset === undefined && stream === undefined ? dataset : cutOut(dataset),
    time,
    created,
    written: { event, members, related, kind, tags, complete },
  };
}

/** A name that was cut out of a text would hold all of it: another one. */
const cutOut = (name: string): string => Buffer.from(name, 'latin1').toString('latin1');

/** Whether the envelope says what was given of times, data set and module: exactly so. */
function isSaid(facts: Facts, dataset: string): boolean {
  if (facts.dataset !== undefined && facts.dataset !== dataset) return false;
  if (facts.module !== undefined && facts.module !== dataset.split('.')[0]) return false;
  return [facts.timestamp, facts.created].every((time) => time === undefined || isInMilliseconds(time));
}

/** `kind` and `tags` are JSON, the others texts. */
interface Facts {
  timestamp: string | undefined;
  stream: string | undefined;
  created: string | undefined;
  dataset: string | undefined;
  module: string | undefined;
  kind: string | undefined;
  tags: string | undefined;
}

/** Objects are numbered, so that a name met twice in one is seen. */
let objects = 0;

/** Its methods answer whether the document may go on as it stands. */
class EcsText {
  readonly facts: Facts = {
    timestamp: undefined,
    stream: undefined,
    created: undefined,
    dataset: undefined,
    module: undefined,
    kind: undefined,
    tags: undefined,
  };
  readonly related: Record<RelatedKind, string[]> = { user: [], ip: [], hosts: [], hash: [] };
  /** Members of the document and of its `event`, each with a comma before it. */
  members = '';
  event = '';
  /** There are members that are not taken over. */
  leavesOut = false;
  readonly #json: JsonText;
  #fields = 0;
  #eventNames: readonly string[] = [];

  constructor(text: string) {
    this.#json = new JsonText(text);
  }

  read(): boolean {
    const names = knownDocuments();
    const number = ++objects;
    const members = this.#readMembers(names, number, 0);
    if (members === undefined || !this.#json.isOver) return false;
    this.members = members;
    const given = namesIn(names, number);
    return (given.includes('ecs') || given.includes('event')) && !mayShipLine(given, this.#eventNames);
  }

  /** Reads an object; answers the members that the envelope doesn't say, as they stand. */
  #readMembers(object: EcsObject, number: number, depth: number): string | undefined {
    const json = this.#json;
    const { text } = json;
    let members = '';
    /** Where members begin that are not taken over yet; -1 where there are none. */
    let from = -1;
    let index = -1;
    let more = json.enterObject();
    while (more === true) {
      const start = json.at;
      index = json.readName(object, index + 1, number);
      const name = object.names[index];
      if (name === undefined || ++this.#fields > jsonLimits.fields) return undefined;
      if (name.said && from !== -1) {
        members += `,${text.slice(from, text.lastIndexOf(',', start))}`;
        from = -1;
      } else if (!name.said && from === -1) from = start;
      if (!this.#readMember(name, depth + 1)) return undefined;
      more = json.nextMember();
    }
    if (more === undefined) return undefined;
    return from === -1 ? members : `${members},${text.slice(from, json.at - 1)}`;
  }

  /** Reads an object that goes on as a whole. */
  #readObject(object: EcsObject, depth: number): boolean {
    const json = this.#json;
    const number = ++objects;
    let index = -1;
    let more = json.enterObject();
    while (more === true) {
      index = json.readName(object, index + 1, number);
      const name = object.names[index];
      if (name === undefined || ++this.#fields > jsonLimits.fields) return false;
      if (!this.#readMember(name, depth + 1)) return false;
      more = json.nextMember();
    }
    return more === false;
  }

  #readMember(name: EcsName, depth: number): boolean {
    return name.part === undefined ? this.#readValue(name.takes, name, depth) : this.#readPart(name, depth);
  }

  #readPart(name: EcsName, depth: number): boolean {
    const { part } = name;
    const json = this.#json;
    const { facts } = this;
    const start = json.at;
    switch (part) {
      case 'timestamp':
        facts.timestamp = json.readPlainString();
        return facts.timestamp !== undefined;
      case 'stream_dataset':
        facts.stream = json.readPlainString();
        return facts.stream !== undefined;
      case 'event':
        return this.#readEvent(membersOf(name), depth);
      case 'ecs':
      case 'stream':
      case 'labels':
        return this.#readObject(membersOf(name), depth);
      case 'tags':
        return this.#readTags();
      case 'kind':
      case 'dataset':
      case 'module':
      case 'created':
        return this.#readValue(name.takes, name, depth) && this.#keep(part, start);
      case 'original':
        return json.code() === quote && this.#readValue(name.takes, name, depth);
      case 'left_out':
        this.leavesOut = true;
        return this.#readValue(name.takes, name, depth);
      default:
        return false;
    }
  }

  #readEvent(object: EcsObject, depth: number): boolean {
    const number = ++objects;
    const event = this.#readMembers(object, number, depth);
    if (event === undefined) return false;
    this.event = event;
    this.#eventNames = namesIn(object, number);
    return true;
  }

  #keep(fact: 'kind' | 'dataset' | 'module' | 'created', start: number): boolean {
    const value = this.#json.text.slice(start, this.#json.at);
    if (fact === 'kind') {
      if (value !== 'null') this.facts.kind = value;
      return true;
    }
    if (value.charCodeAt(0) !== quote) return false;
    this.facts[fact] = value.slice(1, -1);
    return true;
  }

  #readTags(): boolean {
    const json = this.#json;
    const start = json.at;
    const any = json.enterArray();
    let more = any;
    while (more === true) {
      if (json.readString() === -1) return false;
      more = json.nextElement();
    }
    if (any === true) this.facts.tags = json.text.slice(start, json.at);
    return more === false;
  }

  /**
   * Reads any value.
   *
   * @param name whose value it is, or is part of
   */
  #readValue(takes: Takes, name: EcsName, depth: number): boolean {
    if (depth >= jsonLimits.depth) return false;
    const json = this.#json;
    switch (json.code()) {
      case quote:
        return takes.text !== 'none' && this.#readText(takes, name.related);
      case openBrace:
        return takes.object && this.#readObject(membersOf(name), depth);
      case openBracket:
        return takes.array !== 'none' && this.#readArray(takes, name, depth);
      case letterN:
        return takes.null && json.readWord('null');
      case letterT:
        return takes.boolean && json.readWord('true');
      case letterF:
        return takes.boolean && json.readWord('false');
      default:
        return takes.number !== 'none' && json.readNumber(takes.number === 'whole');
    }
  }

  #readArray(takes: Takes, name: EcsName, depth: number): boolean {
    const json = this.#json;
    const isAny = takes.array === 'any';
    let more = json.enterArray();
    while (more === true) {
      const code = json.code();
      const isSingle = code !== letterN && code !== openBrace && code !== openBracket;
      if (!(isAny || isSingle) || !this.#readValue(isAny ? anything : takes, name, depth + 1)) return false;
      more = json.nextElement();
    }
    return more === false;
  }

  #readText({ text: taken, type }: Takes, kind: RelatedKind | undefined): boolean {
    const json = this.#json;
    const { at: start, text } = json;
    const end = json.readString();
    if (end === -1) return false;
    if (taken === 'checked') {
      const value = text.slice(start + 1, end);
      // Escaped, it is another value.
      if (value.includes('\\') || coerceScalar(type as EcsType, value) !== value) return false;
    }
    return kind === undefined || end === start + 1 || this.#relate(kind, text.slice(start, end + 1));
  }

  #relate(kind: RelatedKind, value: string): boolean {
    const values = this.related[kind];
    if (!values.includes(value)) values.push(value);
    return values.length <= maxRelated;
  }
}

/** To look for doubles among more takes too long this way. */
const maxRelated = 64;

const letterF = 102;
const letterN = 110;
const letterT = 116;

function membersOf(name: EcsName): EcsObject {
  name.members ??= name.inner();
  return name.members;
}
