import type { Points } from './points.ts';
import { room } from './room.ts';

/** What boxes are made of: the trees' nodes. */
interface Nodes {
  readonly capacity: number;
  readonly leaf: number;
  readonly root: Int16Array;
  readonly left: Int8Array | Int16Array;
  readonly right: Int8Array | Int16Array;
  readonly place: Uint16Array | Int32Array;
}

/**
 * The boxes around the points below each inner node of trees. A box is its sides: for each dimension first the highest
 * value, negated, then for each the lowest. A point has sides alike, and is outside a side by how much the box's is more
 * than its own. Boxes are kept, or those on a point's way made anew each time, in `room`.
 */
export class Boxes {
  readonly #points: Points;
  readonly #nodes: Nodes;
  readonly kept: boolean;
  /** Sides of the inner nodes' boxes, and their lengths summed up; empty where boxes are not kept. */
  readonly sides: Float32Array;
  readonly span: Float64Array;

  constructor(points: Points, nodes: Nodes, kept: boolean) {
    this.#points = points;
    this.#nodes = nodes;
    this.kept = kept;
    this.sides = new Float32Array(kept ? 2 * points.dimensions * nodes.left.length : 0);
    this.span = new Float64Array(kept ? nodes.left.length : 0);
  }

  /** Where the sides of the box at a depth of the way are, after {@link measure}. */
  boxAt(at: number, depth: number): { readonly sides: Float32Array; readonly box: number } {
    const count = 2 * this.#points.dimensions;
    if (this.kept && at < depth) return { sides: this.sides, box: (room.path[at] as number) * count };
    const sides = room.boxes((depth + 1) * count);
    if (at === depth) this.#leafSides(this.#nodes.leaf, sides, at * count);
    return { sides, box: at * count };
  }

  /** Makes the box at a depth of the way, from the one below and what is in the other child. */
  widen(tree: number, at: number, depth: number): void {
    const count = 2 * this.#points.dimensions;
    const sides = room.boxes(0);
    const node = room.path[at] as number;
    const below = at + 1;
    if (below === depth) this.#leafSides(this.#nodes.leaf, sides, at * count);
    else sides.copyWithin(at * count, below * count, (below + 1) * count);
    const isLeft =
      below === depth
        ? this.#nodes.left[node] === ~(this.#nodes.leaf - tree * this.#nodes.capacity)
        : this.#nodes.left[node] === (room.path[below] as number) - tree * (this.#nodes.capacity - 1);
    this.#include(tree, (isLeft ? this.#nodes.right[node] : this.#nodes.left[node]) as number, at * count);
    room.span[at] = this.#length(sides, at * count);
  }

  /** Widens a box in `room` by all points below a child. */
  #include(tree: number, child: number, box: number): void {
    const { values, starts, dimensions } = this.#points;
    const sides = room.boxes(0);
    const { stack } = room;
    let open = 0;
    stack[open++] = child;
    while (open > 0) {
      const node = stack[--open] as number;
      if (node >= 0) {
        const at = tree * (this.#nodes.capacity - 1) + node;
        stack[open++] = this.#nodes.left[at] as number;
        stack[open++] = this.#nodes.right[at] as number;
        continue;
      }
      const own = starts[this.#nodes.place[tree * this.#nodes.capacity + ~node] as number] as number;
      for (let d = 0; d < dimensions; d++) {
        const value = values[own + d] as number;
        if (-value < (sides[box + d] as number)) sides[box + d] = -value;
        if (value < (sides[box + dimensions + d] as number)) sides[box + dimensions + d] = value;
      }
    }
  }

  /** Makes the box of a new node: that of its one child, with the point in question. */
  make(node: number, sides: Float32Array, box: number): void {
    const count = 2 * this.#points.dimensions;
    for (let i = 0; i < count; i++)
      this.sides[node * count + i] = Math.min(sides[box + i] as number, room.query[i] as number);
    this.span[node] = this.#length(this.sides, node * count);
  }

  /** Widens a node's box by the point in question. */
  extend(node: number): void {
    const { sides } = this;
    const count = 2 * this.#points.dimensions;
    const box = node * count;
    for (let i = 0; i < count; i++)
      if ((room.query[i] as number) < (sides[box + i] as number)) sides[box + i] = room.query[i] as number;
    this.span[node] = this.#length(sides, box);
  }

  /** Makes all boxes of a tree that has points. */
  makeAll(tree: number): void {
    const base = tree * (this.#nodes.capacity - 1);
    const order: number[] = [];
    const open = [this.#nodes.root[tree] as number];
    for (let node = open.pop(); node !== undefined; node = open.pop())
      if (node >= 0) {
        order.push(base + node);
        open.push(this.#nodes.left[base + node] as number, this.#nodes.right[base + node] as number);
      }
    for (let i = order.length - 1; i >= 0; i--) this.remake(order[i] as number);
  }

  /** Makes a node's box from those of its children. Answers whether it is another. */
  remake(node: number): boolean {
    const { sides } = this;
    const count = 2 * this.#points.dimensions;
    const box = node * count;
    const halves = room.boxes(2 * count);
    this.#sidesOf(node, this.#nodes.left[node] as number, halves, 0);
    this.#sidesOf(node, this.#nodes.right[node] as number, halves, count);
    let changed = false;
    for (let i = 0; i < count; i++) {
      const side = Math.min(halves[i] as number, halves[count + i] as number);
      if (side !== sides[box + i]) changed = true;
      sides[box + i] = side;
    }
    this.span[node] = this.#length(sides, box);
    return changed;
  }

  #sidesOf(node: number, child: number, into: Float32Array, to: number): void {
    const tree = Math.floor(node / (this.#nodes.capacity - 1));
    if (child < 0) {
      this.#leafSides(tree * this.#nodes.capacity + ~child, into, to);
      return;
    }
    const count = 2 * this.#points.dimensions;
    const from = (tree * (this.#nodes.capacity - 1) + child) * count;
    for (let side = 0; side < count; side++) into[to + side] = this.sides[from + side] as number;
  }
  #leafSides(leaf: number, into: Float32Array, to: number): void {
    const { values, starts, dimensions } = this.#points;
    const own = starts[this.#nodes.place[leaf] as number] as number;
    for (let d = 0; d < dimensions; d++) {
      const value = values[own + d] as number;
      into[to + d] = -value;
      into[to + dimensions + d] = value;
    }
  }

  #length(sides: Float32Array, box: number): number {
    let length = 0;
    for (let i = box + 2 * this.#points.dimensions; --i >= box; ) length -= sides[i] as number;
    return length;
  }
}
