/** The fields that rules ask for, as a tree of the keys that events have for them. */
export interface PathNode {
  /** Number of the field that ends here, or -1. */
  field: number;
  readonly path: string;
  readonly depth: number;
  readonly children: Map<string, PathNode>;
}

export const createPathTree = (): PathNode => node('', 0);

const node = (path: string, depth: number): PathNode => ({
  field: -1,
  path,
  depth,
  children: new Map(),
});

export function addPath(root: PathNode, keys: readonly string[], field: number): void {
  let current = root;
  for (const key of keys) {
    let child = current.children.get(key);
    if (child === undefined) {
      child = node(current.path === '' ? key : `${current.path}.${key}`, current.depth + 1);
      current.children.set(key, child);
    }
    current = child;
  }
  if (current.field < 0) current.field = field;
}

/** The child for a key as events write it: as it is, without the spaces of a name, or with dots inside. */
export function childOf(parent: PathNode, key: string): PathNode | undefined {
  const child = parent.children.get(key);
  if (child !== undefined) return child;
  if (key.includes(' ')) return childOf(parent, key.replaceAll(' ', ''));
  if (!key.includes('.')) return undefined;
  let current: PathNode | undefined = parent;
  for (const part of key.split('.')) current = current?.children.get(part);
  return current;
}
