import type { Json, JsonObject } from '@tidewatch/event';

/** An event as evtx_dump writes it (github.com/omerbenamram/evtx): attributes under `#attributes`, text beside them `#text`. */
export interface EventDocument {
  readonly Event: JsonObject & { readonly System: JsonObject };
}

interface Element {
  readonly name: string;
  readonly attributes: JsonObject | undefined;
  readonly children: JsonObject;
  hasChildren: boolean;
  text: string;
  /** What the renderer put before each line that it moved of this element, and of what is in it; in characters. */
  readonly indent: number;
  inner: number;
}

const maxDepth = 64;
/** One tag with the text before it. Values are escaped, so that `<` and `>` stand in tags alone. */
const tag = /([^<]*)<(?:\/([^>]*)|([^\s/>]+)([^>]*?)(\/?))>/y;
const attribute = /([^\s=]+)="([^"]*)"/g;

/**
 * Reads the XML that the library renders of one record. It is no parser for XML at large: no comments, no declarations,
 * no `CDATA`. Undefined for what is no event with a `System` element.
 */
export function readEventXml(xml: string): EventDocument | undefined {
  const root = element('', undefined, 0);
  const open = [root];
  tag.lastIndex = 0;
  for (let at = 0; at < xml.length; at = tag.lastIndex) {
    const current = open.at(-1) as Element;
    const found = tag.exec(xml);
    if (found === null) return undefined;
    const [, text = '', closed, name, attributes = '', isEmpty] = found;
    current.text += text;
    if (closed !== undefined) {
      if (open.length === 1 || closed !== current.name) return undefined;
      open.pop();
      add(open.at(-1) as Element, current);
    } else if (name !== undefined) {
      // What is in an element begins on a line of its own, moved as far as each line after it.
      if (!current.hasChildren && /^\n *$/.test(current.text)) current.inner = current.text.length - 1;
      const next = element(name, readAttributes(attributes), current.inner);
      if (isEmpty === '/') add(current, next);
      else if (open.length < maxDepth) open.push(next);
      else return undefined;
    }
  }
  const { Event: event } = root.children;
  return open.length === 1 && isEvent(event) ? { Event: event } : undefined;
}

const isEvent = (event: Json | undefined): event is EventDocument['Event'] =>
  isPlain(event) && isPlain(event.System) && event.System.EventID !== undefined;

const isPlain = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// Names are the file's own: an object without prototype has room for each.
const emptyObject = (): JsonObject => Object.create(null) as JsonObject;

const element = (name: string, attributes: JsonObject | undefined, indent: number): Element => ({
  name,
  attributes,
  children: emptyObject(),
  hasChildren: false,
  text: '',
  indent,
  inner: indent,
});

function readAttributes(text: string): JsonObject | undefined {
  let attributes: JsonObject | undefined;
  for (const [, name = '', value = ''] of text.matchAll(attribute)) {
    if (value === '') continue;
    attributes ??= emptyObject();
    attributes[name] = unescaped(value);
  }
  return attributes;
}

/** `<Data Name="x">` becomes a member `x`; what is there more than once becomes a list. */
function add(parent: Element, { name, attributes, children, hasChildren, text, indent }: Element): void {
  parent.hasChildren = true;
  const named = name === 'Data' && typeof attributes?.Name === 'string' ? attributes.Name : undefined;
  const content = hasChildren ? children : readText(text, indent);
  const value = named === undefined ? withAttributes(content, attributes) : content;
  const key = named ?? name;
  const present = parent.children[key];
  if (present === undefined) parent.children[key] = value;
  else if (Array.isArray(present)) present.push(value);
  else parent.children[key] = [present, value];
}

function withAttributes(content: Json, attributes: JsonObject | undefined): Json {
  if (attributes === undefined) return content;
  if (isPlain(content)) return Object.assign(content, { '#attributes': attributes });
  return content === '' ? { '#attributes': attributes } : { '#attributes': attributes, '#text': content };
}

/** The renderer moves each line of a text, too, but for empty ones; that is undone here. */
function readText(text: string, indent: number): string {
  const lines = text.includes('\n') && indent > 0 ? text.replaceAll(`\n${' '.repeat(indent)}`, '\n') : text;
  return unescaped(lines);
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescaped = (text: string): string =>
  text.includes('&')
    ? text.replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|([a-z]+));/gi, (whole, hex, decimal, name: string) => {
        if (name !== undefined) return entities[name] ?? whole;
        const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
        return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
      })
    : text;
