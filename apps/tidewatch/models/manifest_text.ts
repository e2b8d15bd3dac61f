import { Document, isCollection, isMap, isNode, isScalar, parseDocument } from 'yaml';

/**
 * A manifest's text with a key set, the members of its value a line each. All else stays as it stands, byte for byte; only where nothing
 * can stand behind it, as behind a mapping in braces, all is written anew. What is no mapping is given back.
 */
export function withKey(text: string, key: string, value: Readonly<Record<string, unknown>>): string {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) return text;
  const spliced = `${without(document, text, key).trimEnd()}\n${lines(new Document(), key, value)}`;
  return parseDocument(spliced).errors.length === 0 ? spliced : lines(document, key, value);
}

function without({ contents }: ReturnType<typeof parseDocument>, text: string, key: string): string {
  const pair = isMap(contents)
    ? contents.items.find((item) => isScalar(item.key) && item.key.value === key)
    : undefined;
  const [from, to] = [rangeOf(pair?.key)?.[0], rangeOf(pair?.value)?.[2]];
  return from === undefined || to === undefined ? text : text.slice(0, from) + text.slice(to);
}

const rangeOf = (node: unknown) => (isNode(node) ? node.range : undefined);

function lines(document: Document, key: string, value: Readonly<Record<string, unknown>>): string {
  const node = document.createNode(value);
  document.set(key, node);
  for (const name of Object.keys(value)) {
    const member = document.getIn([key, name]);
    if (isCollection(member)) member.flow = true;
  }
  return document.toString({ lineWidth: 0 });
}
