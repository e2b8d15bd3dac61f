import { jsonLimits } from '@tidewatch/event';
import { SaxesParser } from 'saxes';

/** An element of XML. Names are without their namespaces' prefixes. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  /** What stands in it beside other elements. */
  text: string;
}

export type ReadXml =
  | { readonly ok: true; readonly root: XmlElement }
  | { readonly ok: false; readonly reason: 'invalid_xml' | 'too_deep' | 'too_wide' | 'too_long' };

/** Characters of a document. */
const maxLength = 262_144;

/**
 * Reads one XML document. Document types are refused, and with them all entities but XML's own five: none is fetched,
 * and none grows.
 */
export function readXml(text: string): ReadXml {
  if (text.length > maxLength) return { ok: false, reason: 'too_long' };
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  let size = 0;
  let fault: Exclude<ReadXml, { ok: true }>['reason'] | undefined;
  const parser = new SaxesParser({ position: false });
  const stop = (reason: typeof fault): never => {
    fault = reason;
    throw new Error('stopped');
  };
  parser.on('error', () => stop('invalid_xml'));
  parser.on('doctype', () => stop('invalid_xml'));
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length >= jsonLimits.depth) stop('too_deep');
    const own = Object.entries(attributes);
    size += 1 + own.length;
    if (size > jsonLimits.fields) stop('too_wide');
    const element = { name: local(name), attributes: new Map(own), children: [], text: '' };
    if (open.length === 0) root = element;
    else open.at(-1)?.children.push(element);
    open.push(element);
  });
  const add = (text: string): void => {
    const current = open.at(-1);
    if (current !== undefined) current.text += text;
  };
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('closetag', () => {
    open.pop();
  });
  try {
    parser.write(text).close();
  } catch (error) {
    if (fault === undefined) throw error;
  }
  return fault !== undefined || root === undefined
    ? { ok: false, reason: fault ?? 'invalid_xml' }
    : { ok: true, root };
}

const local = (name: string): string => name.slice(name.indexOf(':') + 1);
