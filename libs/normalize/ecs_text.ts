import { jsonLimits } from '@tidewatch/event';
import type { ParseContext, WrittenDraft } from './draft.ts';
import { datasetOf, mayShipLine } from './ecs.ts';
import { coerceScalar, type EcsField, ecs } from './ecs_types.ts';
import { JsonText, openBrace, openBracket, quote } from './json_text.ts';
import type { RelatedKind } from './related.ts';
import { parseTime } from './time.ts';

/*
 * ECS documents as shippers send them need nothing but a look at their types: here they are read in one walk over their
 * text, and go on as they stand in it. To parse them into objects and write these again is several times the work. What
 * has anything to it (a type to convert, a dotted name, an escape by number, members that are Tidewatch's own to merge)
 * is left to `parseJson` and `ecs.ts`, with the same result.
 */

/** What the envelope says of an event itself. */
const said = new Set(['@timestamp', 'tidewatch', 'event', 'tags', 'ecs']);
const saidOfEvent = new Set(['dataset', 'kind', 'module', 'created', 'ingested']);
/** Documents with these have more to them. */
const involved = new Set(['related', 'winlog', 'Event', 'EventID', '__REALTIME_TIMESTAMP']);

/** An ECS document that can go on as it stands; undefined where it can't, or is none. */
export function readEcsText(text: string, context: ParseContext): WrittenDraft | undefined {
  if (!JsonText.isPlain(text)) return undefined;
  const document = new EcsText(text);
  if (!document.read()) return undefined;
  const { facts, related, members, event } = document;
  const { kind, dataset, stream, tags } = facts;
  const time = parseTime(facts.timestamp, context.clock);
  const created = parseTime(facts.created, context.clock);
  // What is no time goes elsewhere.
  if (facts.timestamp !== undefined && time === undefined) return undefined;
  if (facts.created !== undefined && created === undefined) return undefined;
  return {
    dataset: datasetOf(dataset, stream, context),
    time,
    created,
    written: { event, members, related, kind, tags, complete: true },
  };
}

/** `kind` and `tags` are JSON, the others texts. */
interface Facts {
  timestamp?: string | undefined;
  stream?: string | undefined;
  created?: string;
  dataset?: string;
  kind?: string;
  tags?: string;
}

/** Its methods answer whether the document may go on as it stands. */
class EcsText {
  readonly facts: Facts = {};
  readonly related: Record<RelatedKind, string[]> = { user: [], ip: [], hosts: [], hash: [] };
  /** Members of the document and of its `event`, each with a comma before it. */
  members = '';
  event = '';
  readonly #json: JsonText;

  constructor(text: string) {
    this.#json = new JsonText(text);
  }

  read(): boolean {
    const names: string[] = [];
    const eventNames: string[] = [];
    const members = this.#json.readMembers(names, said, (name) => this.#readTop(name, eventNames));
    if (members === undefined || !this.#json.isOver) return false;
    this.members = members;
    return (names.includes('ecs') || names.includes('event')) && !mayShipLine(names, eventNames);
  }

  #readTop(name: string, eventNames: string[]): boolean {
    switch (name) {
      case '@timestamp':
        this.facts.timestamp = this.#json.readPlainString();
        return this.facts.timestamp !== undefined;
      case 'event':
        return this.#readEvent(eventNames);
      case 'ecs':
        return this.#json.code() === openBrace && this.#readValue(ecs.members.get(name), undefined, 1);
      case 'labels':
        // Labels are texts.
        return this.#json.readObject([], () => this.#json.readString() !== -1);
      case 'tags':
        return this.#readTags();
      case 'data_stream':
        return this.#readStream();
      default:
        return !involved.has(name) && this.#readValue(ecs.members.get(name), undefined, 1);
    }
  }

  #readEvent(names: string[]): boolean {
    const { facts } = this;
    const json = this.#json;
    const group = ecs.members.get('event')?.members;
    const members = json.readMembers(names, saidOfEvent, (name) => {
      const start = json.at;
      if (name === 'id' || !this.#readValue(group?.get(name), undefined, 2)) return false;
      if (name !== 'kind' && name !== 'dataset' && name !== 'created') return true;
      const value = json.text.slice(start, json.at);
      if (name === 'kind') {
        if (value !== 'null') facts.kind = value;
      } else if (value.charCodeAt(0) !== quote) return false;
      else facts[name] = value.slice(1, -1);
      return true;
    });
    this.event = members ?? '';
    return members !== undefined;
  }

  #readTags(): boolean {
    const json = this.#json;
    const start = json.at;
    if (!json.readArray(() => json.readString() !== -1)) return false;
    const tags = json.text.slice(start, json.at);
    if (!/^\[ *\]$/.test(tags)) this.facts.tags = tags;
    return true;
  }

  #readStream(): boolean {
    const group = ecs.members.get('data_stream')?.members;
    return this.#json.readObject([], (name) => {
      if (name !== 'dataset') return this.#readValue(group?.get(name), undefined, 2);
      this.facts.stream = this.#json.readPlainString();
      return this.facts.stream !== undefined;
    });
  }

  /**
   * Reads any value.
   *
   * @param field what ECS knows of it
   * @param kind what its texts are related to the event as
   */
  #readValue(field: EcsField | undefined, kind: RelatedKind | undefined, depth: number): boolean {
    if (depth >= jsonLimits.depth) return false;
    const type = field?.type;
    const isAny = field === undefined || type === 'geo_point';
    switch (this.#json.code()) {
      case quote:
        return this.#readText(field, kind);
      case openBrace:
        if (isAny || isObjectType(type)) return this.#readGroup(undefined, kind, depth);
        return type === undefined && this.#readGroup(field, kind, depth);
      case openBracket:
        if (isAny || isObjectType(type)) return this.#readArray(undefined, kind, depth);
        return type !== undefined && this.#readArray(field, kind, depth);
      case letterN:
        return this.#json.readWord('null');
      case letterT:
        return (isAny || type === 'boolean') && this.#json.readWord('true');
      case letterF:
        return (isAny || type === 'boolean') && this.#json.readWord('false');
      default:
        return (isAny || isNumber(type)) && this.#json.readNumber(type === 'long' || type === 'integer');
    }
  }

  #readGroup(group: EcsField | undefined, kind: RelatedKind | undefined, depth: number): boolean {
    return this.#json.readObject([], (name) => {
      const field = group?.members.get(name);
      return this.#readValue(field, field?.related ?? kind, depth + 1);
    });
  }

  /** @param field of each member, which is then a single value; undefined: they may be anything */
  #readArray(field: EcsField | undefined, kind: RelatedKind | undefined, depth: number): boolean {
    return this.#json.readArray(() => {
      const code = this.#json.code();
      const isSingle = code !== letterN && code !== openBrace && code !== openBracket;
      return (isSingle || field === undefined) && this.#readValue(field, kind, depth + 1);
    });
  }

  #readText(field: EcsField | undefined, kind: RelatedKind | undefined): boolean {
    const { at: start, text } = this.#json;
    const end = this.#json.readString();
    if (end === -1) return false;
    if (field !== undefined && !takesAnyText(field.type)) {
      const value = text.slice(start + 1, end);
      // Escaped, it is another value.
      if (!takesTexts(field.type) || value.includes('\\') || coerceScalar(field.type, value) !== value)
        return false;
    }
    if (kind !== undefined && end > start + 1) this.#relate(kind, text.slice(start, end + 1));
    return true;
  }

  #relate(kind: RelatedKind, value: string): void {
    const values = this.related[kind];
    if (!values.includes(value)) values.push(value);
  }
}

const letterF = 102;
const letterN = 110;
const letterT = 116;

type Type = EcsField['type'];
const isObjectType = (type: Type): boolean => type === 'object' || type === 'flattened' || type === 'nested';
const isNumber = (type: Type): boolean =>
  type === 'long' || type === 'integer' || type === 'float' || type === 'double' || type === 'scaled_float';
const takesTexts = (type: Type): type is 'date' | 'ip' => type === 'date' || type === 'ip';
const takesAnyText = (type: Type): boolean =>
  type !== undefined && type !== 'boolean' && !isNumber(type) && !isObjectType(type) && !takesTexts(type);
