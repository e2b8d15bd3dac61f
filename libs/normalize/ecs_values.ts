import { jsonLimits } from '@tidewatch/event';
import { openArray, openObject, quote } from '@tidewatch/event/json_bytes';
import type { EcsType } from './ecs_fields.ts';
import { anything, type EcsName, type EcsObject, type Takes } from './ecs_names.ts';
import { coerceScalar } from './ecs_types.ts';
import type { JsonText } from './json_text.ts';
import type { RelatedKind } from './related.ts';

/** Objects are numbered, so that a name met twice in one is seen. */
let objects = 0;

export const newObject = (): number => ++objects;

/** Reads values of ECS that go on as they stand. Its methods answer whether they may: each has its field's type. */
export abstract class EcsValues {
  readonly related: Record<RelatedKind, string[]> = { user: [], ip: [], hosts: [], hash: [] };
  protected readonly json: JsonText;
  #fields = 0;

  constructor(json: JsonText) {
    this.json = json;
  }

  /** Reads a member that is more than a value with a type. */
  protected abstract readPart(name: EcsName, depth: number): boolean;

  /** Whether one more field is not too many. */
  protected takesField(): boolean {
    return ++this.#fields <= jsonLimits.fields;
  }

  protected readMember(name: EcsName, depth: number): boolean {
    return name.part === undefined ? this.readValue(name.takes, name, depth) : this.readPart(name, depth);
  }

  /** Reads an object that goes on as a whole. */
  protected readObject(object: EcsObject, depth: number): boolean {
    const { json } = this;
    const number = newObject();
    let index = -1;
    let more = json.enterObject();
    while (more === true) {
      index = json.readName(object, index + 1, number);
      const name = object.names[index];
      if (name === undefined || !this.takesField() || !this.readMember(name, depth + 1)) return false;
      more = json.nextMember();
    }
    return more === false;
  }

  /**
   * Reads any value.
   *
   * @param name whose value it is, or is part of
   */
  protected readValue(takes: Takes, name: EcsName, depth: number): boolean {
    if (depth >= jsonLimits.depth) return false;
    const { json } = this;
    switch (json.code()) {
      case quote:
        return takes.text !== 'none' && this.#readText(takes, name.related);
      case openObject:
        return takes.object && this.readObject(membersOf(name), depth);
      case openArray:
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
    const { json } = this;
    const isAny = takes.array === 'any';
    let more = json.enterArray();
    while (more === true) {
      const code = json.code();
      const isSingle = code !== letterN && code !== openObject && code !== openArray;
      if (!(isAny || isSingle) || !this.readValue(isAny ? anything : takes, name, depth + 1)) return false;
      more = json.nextElement();
    }
    return more === false;
  }

  /** Reads an array of texts. */
  protected readTexts(): boolean {
    const { json } = this;
    let more = json.enterArray();
    while (more === true) {
      if (json.readString() === -1) return false;
      more = json.nextElement();
    }
    return more === false;
  }

  #readText({ text: taken, type }: Takes, kind: RelatedKind | undefined): boolean {
    const { json } = this;
    const { at: start, text } = json;
    const end = json.readString();
    if (end === -1) return false;
    if (taken === 'checked') {
      const value = text.slice(start + 1, end);
      // Escaped, it is another value.
      if (json.escaped || coerceScalar(type as EcsType, value) !== value) return false;
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

export function membersOf(name: EcsName): EcsObject {
  name.members ??= name.inner();
  return name.members;
}
