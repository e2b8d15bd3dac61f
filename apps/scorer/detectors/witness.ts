import { type KqlNode, type KqlValue, parseKql } from '@tidewatch/query';

/** Texts of which an event that fits the query has at least one in its JSON, whatever the case of its letters. */
type Witnesses = readonly string[];

/**
 * A look at an event's JSON that tells most of those that fit none of the queries, so that they need not be parsed. Undefined where
 * a query may be met by any event.
 */
export function witnessTest(queries: readonly string[]): RegExp | undefined {
  const all = queries.map((text) => {
    const read = parseKql(text);
    return read.ok ? witnessesOf(read.ast) : undefined;
  });
  if (!all.every((one) => one !== undefined)) return undefined;
  const texts = [...new Set(all.flat())].map((text) =>
    text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`),
  );
  return texts.length === 0 ? /(?!)/ : new RegExp(texts.join('|'), 'i');
}

function witnessesOf(node: KqlNode): Witnesses | undefined {
  switch (node.kind) {
    case 'and':
      return node.children
        .map(witnessesOf)
        .filter((one) => one !== undefined)
        .reduce<Witnesses | undefined>(
          (best, one) => (best === undefined || rarer(one, best) ? one : best),
          undefined,
        );
    case 'or': {
      const all = node.children.map(witnessesOf);
      return all.every((one) => one !== undefined) ? all.flat() : undefined;
    }
    case 'is':
      return typeof node.field === 'string' ? [wordOf(node.value) ?? keyOf(node.field)] : undefined;
    case 'exists':
    case 'range':
      return typeof node.field === 'string' ? [keyOf(node.field)] : undefined;
    case 'nested':
      return [keyOf(node.field)];
    default:
      return undefined;
  }
}

/** A value says more than a name, and a longer one than a shorter. */
function rarer(one: Witnesses, other: Witnesses): boolean {
  const rank = (texts: Witnesses) =>
    Math.min(...texts.map((text) => (text.startsWith('"') ? 0 : text.length)));
  return rank(one) > rank(other);
}

/** What stands in JSON as it is, and is compared as text only. */
const wordOf = (value: KqlValue): string | undefined =>
  value.type === 'literal' &&
  /^[a-z][a-z_-]*[a-z]$/i.test(value.text) &&
  !/^(?:now|true|false|[a-f]+)$/i.test(value.text)
    ? value.text
    : undefined;

const keyOf = (path: string): string => `"${path.slice(path.lastIndexOf('.') + 1)}"`;
