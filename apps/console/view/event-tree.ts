import { isObject, type Json, type JsonObject } from '@tidewatch/event';

export interface TreeNode {
  readonly key: string;
  /** Dotted ECS path. */
  readonly path: string;
  /** A leaf's value; arrays are leaves. */
  readonly value?: Json;
  readonly children?: readonly TreeNode[];
}

/** What an event is about stands before what it is made of. */
const first = ['@timestamp', 'message', 'event', 'host', 'user', 'process', 'source', 'destination'];
const rank = (key: string): number => {
  const index = first.indexOf(key);
  return index === -1 ? first.length : index;
};

/** An event as a tree, keys in order of interest; with `search`, only what has it in its path or value. */
export function eventTree(event: JsonObject, search = ''): TreeNode[] {
  return nodes(event, '', search.trim().toLowerCase());
}

function nodes(object: JsonObject, prefix: string, search: string): TreeNode[] {
  const keys = Object.keys(object);
  keys.sort((a, b) => (prefix === '' ? rank(a) - rank(b) : 0) || (a < b ? -1 : 1));
  return keys.flatMap((key): TreeNode[] => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    const value = object[key] as Json;
    if (isObject(value)) {
      const children = nodes(value, path, search);
      return children.length === 0 && search !== '' ? [] : [{ key, path, children }];
    }
    const fits = search === '' || `${path} ${JSON.stringify(value)}`.toLowerCase().includes(search);
    return fits ? [{ key, path, value }] : [];
  });
}
