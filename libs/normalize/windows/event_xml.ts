import { isHostileKey, type Json, type JsonObject } from '@tidewatch/event';
import type { ParseContext } from '../draft.ts';
import { readXml, type XmlElement } from '../xml_tree.ts';
import { readEvtx } from './evtx.ts';
import type { WindowsRecord } from './record.ts';

/** Whether a text begins as Windows writes an event (schemas.microsoft.com/win/2004/08/events/event). */
export const beginsAsEventXml = (text: string): boolean =>
  /^(?:<\?xml[^>]{0,100}\?>\s{0,8})?<Event[\s>]/.test(text);

/** Reads an event that Windows wrote as XML; undefined where the text is none. */
export function readEventXml(text: string, context: ParseContext): WindowsRecord | undefined {
  const read = readXml(text);
  return read.ok ? eventOf(read.root, context) : undefined;
}

/** The event whose document an element is; undefined where it is none. */
export function eventOf(root: XmlElement, context: ParseContext): WindowsRecord | undefined {
  if (root.name !== 'Event') return undefined;
  const event: JsonObject = {};
  for (const child of root.children)
    event[child.name] = child.name === 'EventData' ? { Data: child.children.map(dataOf) } : contentOf(child);
  const { System: system } = event;
  if (typeof system !== 'object' || system === null || Array.isArray(system)) return undefined;
  return readEvtx({ Event: event }, context);
}

const attributesOf = ({ attributes }: XmlElement): JsonObject =>
  Object.fromEntries([...attributes].filter(([name, value]) => value !== '' && !isHostileKey(name)));

/** With its name also where the text is empty. */
const dataOf = (element: XmlElement): Json => ({
  '#attributes': element.name === 'Data' ? attributesOf(element) : { Name: element.name },
  '#text': element.text,
});

/** As evtx_dump has it: attributes and text beside children. */
function contentOf(element: XmlElement): Json {
  const { children, text } = element;
  const attributes = attributesOf(element);
  const hasAttributes = Object.keys(attributes).length > 0;
  if (children.length === 0 && !hasAttributes) return text;
  const value: JsonObject = hasAttributes ? { '#attributes': attributes } : {};
  if (children.length === 0 && text !== '') value['#text'] = text;
  for (const child of children) {
    if (isHostileKey(child.name)) continue;
    const present = Object.hasOwn(value, child.name) ? value[child.name] : undefined;
    if (present === undefined) value[child.name] = contentOf(child);
    else if (Array.isArray(present)) present.push(contentOf(child));
    else value[child.name] = [present, contentOf(child)];
  }
  return value;
}
