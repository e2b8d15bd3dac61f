import { type DslLayout, type DslType, type KqlNode, textFields } from '@tidewatch/query';
import type { OpenSearchConnection } from './client.ts';
import { readRequest } from './read.ts';
import { wordsField } from './template.ts';
import { unmappedMark, unmappedType } from './unmapped.ts';

/** Indices in which the fields asked for have the same types. */
export interface IndexLayout {
  /** As it stands in a path, e.g. `tidewatch-events-*`. */
  readonly indices: string;
  readonly layout: DslLayout;
}

interface FieldCaps {
  readonly indices: readonly string[];
  readonly fields: Readonly<
    Record<string, Readonly<Record<string, { readonly type: string; readonly indices?: readonly string[] }>>>
  >;
}

/** Fewer than a path of 4 KB holds. */
const indicesOfRequest = 40;
const longestFields = 2_000;

/**
 * How fields are mapped, by indices: one that was first seen as a number in one index may be a keyword in the next, and a
 * query for the one is an error in the other.
 *
 * @param indices as it stands in a path
 * @param fields dotted paths, with stars for any characters; {@link unmappedMark} where it matters that some have none
 * @throws those of {@link readRequest}
 */
export async function readLayouts(
  connection: OpenSearchConnection,
  indices: string,
  fields: readonly string[],
): Promise<IndexLayout[]> {
  const caps = await fieldCaps(connection, indices, fields);
  const full = await fullIndices(connection, indices, caps);
  const types = new Map<string, Map<string, readonly string[] | undefined>>();
  for (const [path, byType] of Object.entries(caps.fields)) {
    if (path === '_doc_count' || path === unmappedMark || path in byType) continue;
    types.set(path, new Map(Object.values(byType).map((one) => [one.type, one.indices])));
  }
  const disputed = [...types].filter(([, byType]) => byType.size > 1).map(([path]) => path);
  const typeIn = (path: string, index: string | undefined): string | undefined => {
    const byType = types.get(path);
    if (byType === undefined) return undefined;
    return [...byType].find(
      ([, within]) => within === undefined || (index !== undefined && within.includes(index)),
    )?.[0];
  };
  if (disputed.length === 0 && full.size === 0)
    return [{ indices, layout: layoutOf(types.keys(), (path) => typeIn(path, undefined)) }];
  const groups = new Map<string, string[]>();
  for (const index of caps.indices) {
    const key = JSON.stringify([full.has(index), ...disputed.map((path) => typeIn(path, index) ?? null)]);
    groups.set(key, [...(groups.get(key) ?? []), index]);
  }
  return [...groups.values()].flatMap((group) => {
    const typed = layoutOf(types.keys(), (path) => typeIn(path, group[0]));
    const layout = full.has(group[0] as string) ? { ...typed, hasUnindexed: true } : typed;
    return chunks(group, indicesOfRequest).map((part) => ({ indices: part.join(','), layout }));
  });
}

/** The indices whose documents have fields that are not indexed. */
async function fullIndices(
  connection: OpenSearchConnection,
  indices: string,
  { fields, indices: all }: FieldCaps,
): Promise<ReadonlySet<string>> {
  if (fields[unmappedMark]?.[unmappedType] === undefined) return new Set();
  const querystring = { fields: unmappedMark, include_unmapped: true };
  const caps = await readRequest<FieldCaps>(connection, indices, '_field_caps', { querystring }, 'fields');
  const { [unmappedType]: _, ...otherTypes } = caps.fields[unmappedMark] ?? {};
  const others = new Set(Object.values(otherTypes).flatMap(({ indices }) => indices ?? []));
  return new Set(all.filter((index) => !others.has(index)));
}

async function fieldCaps(
  connection: OpenSearchConnection,
  indices: string,
  fields: readonly string[],
): Promise<FieldCaps> {
  // A comma would end the name.
  const list = [...new Set(fields.map((field) => field.replaceAll(',', '*')))].join(',');
  if (list === '') return { indices: [], fields: {} };
  const querystring = { fields: encodeURIComponent(list).length > longestFields ? '*' : list };
  return readRequest(connection, indices, '_field_caps', { querystring }, 'fields');
}

function layoutOf(paths: Iterable<string>, typeOf: (path: string) => string | undefined): DslLayout {
  const spelling = (path: string): boolean => path.endsWith('.text') && typeOf(path.slice(0, -5)) === 'ip';
  const type = (path: string): DslType | undefined => {
    const mapped = typeOf(path);
    return mapped === undefined || path === wordsField || spelling(path) ? undefined : dslType(path, mapped);
  };
  const plain = [...paths].filter((path) => ![undefined, 'object'].includes(type(path)));
  return { type, paths: () => plain, texts: [...textFields, wordsField] };
}

const numbers = new Set(
  'long integer short byte double float half_float scaled_float unsigned_long'.split(' '),
);

function dslType(path: string, mapped: string): DslType {
  if (numbers.has(mapped)) return 'number';
  switch (mapped) {
    case 'keyword':
    case 'date':
    case 'object':
      return mapped;
    case 'nested':
      return 'object';
    case 'ip':
      return 'address';
    default:
      return mapped === 'text' && textFields.has(path) ? 'words' : 'other';
  }
}

/** The fields that a query names, patterns with their stars; an object's members by their whole path. */
export function fieldsOf(node: KqlNode | undefined, below = ''): string[] {
  switch (node?.kind) {
    case 'and':
    case 'or':
      return node.children.flatMap((child) => fieldsOf(child, below));
    case 'not':
      return fieldsOf(node.child, below);
    case 'nested':
      return [`${below}${node.field}`, ...fieldsOf(node.child, `${below}${node.field}.`)];
    case 'is':
    case 'exists':
    case 'range': {
      if (node.field === null) return [];
      const path = typeof node.field === 'string' ? node.field : node.field.parts.join('*');
      return [
        below + path,
        // An object is named with the fields below it alone.
        ...(node.kind === 'exists' ? [`${below}${path}.*`] : []),
        ...(path.endsWith('.text') ? [below + path.slice(0, -5)] : []),
      ];
    }
    default:
      return [];
  }
}

export function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}
