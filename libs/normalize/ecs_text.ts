import { quote } from '@tidewatch/event/json_bytes';
import type { ParseContext, WrittenDraft } from './draft.ts';
import { datasetOf, mayShipLine } from './ecs.ts';
import { type EcsName, type EcsObject, knownDocuments, namesIn } from './ecs_names.ts';
import { EcsValues, membersOf, newObject } from './ecs_values.ts';
import { JsonText } from './json_text.ts';
import { isInMilliseconds, parseTime } from './time.ts';

/*
 * ECS documents as shippers send them need nothing but a look at their types: here they are read in one walk over their
 * text, and go on as they stand in it. To parse them into objects and write these again is several times the work. What
 * has anything to it (a type to convert, a dotted name, an escape by number, members that are Tidewatch's own to merge)
 * is left to `parseJson` and `ecs.ts`, with the same result.
 */

/** An ECS document that can go on as it stands; undefined where it can't, or is none. */
export function readEcsText(text: string, context: ParseContext): WrittenDraft | undefined {
  const document = new EcsText(new JsonText(text, context.bytes));
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

/** Its methods answer whether the document may go on as it stands. */
class EcsText extends EcsValues {
  readonly facts: Facts = {
    timestamp: undefined,
    stream: undefined,
    created: undefined,
    dataset: undefined,
    module: undefined,
    kind: undefined,
    tags: undefined,
  };
  /** Members of the document and of its `event`, each with a comma before it. */
  members = '';
  event = '';
  /** There are members that are not taken over. */
  leavesOut = false;
  #eventNames: readonly string[] = [];

  read(): boolean {
    const names = knownDocuments();
    const number = newObject();
    const members = this.#readMembers(names, number, 0);
    if (members === undefined || !this.json.isOver) return false;
    this.members = members;
    const given = namesIn(names, number);
    return (given.includes('ecs') || given.includes('event')) && !mayShipLine(given, this.#eventNames);
  }

  /** Reads an object; answers the members that the envelope doesn't say, as they stand. */
  #readMembers(object: EcsObject, number: number, depth: number): string | undefined {
    const { json } = this;
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
      if (name === undefined || !this.takesField()) return undefined;
      if (name.said && from !== -1) {
        members += `,${text.slice(from, text.lastIndexOf(',', start))}`;
        from = -1;
      } else if (!name.said && from === -1) from = start;
      if (!this.readMember(name, depth + 1)) return undefined;
      more = json.nextMember();
    }
    if (more === undefined) return undefined;
    return from === -1 ? members : `${members},${text.slice(from, json.at - 1)}`;
  }

  protected override readPart(name: EcsName, depth: number): boolean {
    const { part } = name;
    const { json } = this;
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
        return this.readObject(membersOf(name), depth);
      case 'tags':
        return this.#readTags();
      case 'kind':
      case 'dataset':
      case 'module':
      case 'created':
        return this.readValue(name.takes, name, depth) && this.#keep(part, start);
      case 'original':
        return json.code() === quote && this.readValue(name.takes, name, depth);
      case 'left_out':
        this.leavesOut = true;
        return this.readValue(name.takes, name, depth);
      default:
        return false;
    }
  }

  #readEvent(object: EcsObject, depth: number): boolean {
    const number = newObject();
    const event = this.#readMembers(object, number, depth);
    if (event === undefined) return false;
    this.event = event;
    this.#eventNames = namesIn(object, number);
    return true;
  }

  #keep(fact: 'kind' | 'dataset' | 'module' | 'created', start: number): boolean {
    const value = this.json.text.slice(start, this.json.at);
    if (fact === 'kind') {
      if (value !== 'null') this.facts.kind = value;
      return true;
    }
    if (value.charCodeAt(0) !== quote) return false;
    this.facts[fact] = value.slice(1, -1);
    return true;
  }

  #readTags(): boolean {
    const { json } = this;
    const start = json.at;
    if (!this.readTexts()) return false;
    this.facts.tags = json.text.slice(start, json.at);
    return true;
  }
}
