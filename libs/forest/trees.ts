import { Boxes } from './boxes.ts';
import type { Points } from './points.ts';
import type { Random } from './random.ts';

/** Nothing, where a node could stand. */
export const none = 0x7fff;

export interface TreesOptions {
  readonly count: number;
  /** Most points of a tree, 2 to 16,384. */
  readonly capacity: number;
  /** Whether boxes are kept, or those on a point's way made anew each time: slower, in a fifth of the memory. */
  readonly boxes: boolean;
}

/**
 * The trees of a random cut forest (Guha, Mishra, Roy and Schrijvers, Robust random cut forest based anomaly detection on
 * streams, ICML 2016): a box around a tree's points is cut in two at random, along a dimension in proportion to its
 * length, and so on in each part until a part is one point. Inserting and deleting a point leave a tree as likely as if
 * it had been made of the points there are.
 *
 * All trees stand in the same typed arrays, one after another. A child is the number of an inner node of its tree, or the
 * complement (`~`) of that of a leaf.
 */
export class Trees {
  readonly #points: Points;
  readonly #random: Random;
  readonly count: number;
  readonly capacity: number;
  readonly boxes: Boxes;
  readonly root: Int16Array;
  readonly left: Int8Array | Int16Array;
  /** That of a free node is the next free one. */
  readonly right: Int8Array | Int16Array;
  readonly cutDimension: Uint8Array | Uint16Array;
  readonly cutValue: Float32Array;
  /** How often a leaf's point is in the tree. */
  readonly mass: Uint8Array | Uint16Array;
  /** Where leaves' points are; for a free leaf the next free one. */
  readonly place: Uint16Array | Int32Array;
  readonly freeNode: Int16Array;
  readonly freeLeaf: Int16Array;
  /** The leaf that {@link find} came to, counted through all trees. */
  leaf = 0;

  constructor(points: Points, random: Random, { count, capacity, boxes }: TreesOptions) {
    this.#points = points;
    this.#random = random;
    this.count = count;
    this.capacity = capacity;
    this.boxes = new Boxes(points, this, boxes);
    const lay = this.boxes.lay();
    const inner = count * (capacity - 1);
    this.root = lay(Int16Array, count).fill(none);
    const Child = capacity <= 128 ? Int8Array : Int16Array;
    this.left = lay<Int8Array | Int16Array>(Child, inner);
    this.right = lay<Int8Array | Int16Array>(Child, inner);
    this.cutDimension = lay<Uint8Array | Uint16Array>(
      points.dimensions <= 256 ? Uint8Array : Uint16Array,
      inner,
    );
    this.cutValue = lay(Float32Array, inner);
    this.mass = lay<Uint8Array | Uint16Array>(capacity < 256 ? Uint8Array : Uint16Array, count * capacity);
    this.place = lay<Uint16Array | Int32Array>(
      count * capacity < 0xffff ? Uint16Array : Int32Array,
      count * capacity,
    );
    this.freeNode = new Int16Array(count);
    this.freeLeaf = new Int16Array(count);
    this.boxes.settle(lay);
    for (let tree = 0; tree < count; tree++) {
      for (let i = 0; i < capacity - 1; i++) this.right[tree * (capacity - 1) + i] = i + 1;
      for (let i = 0; i < capacity; i++) this.place[tree * capacity + i] = i + 1;
    }
  }

  /**
   * Follows a tree's cuts from the root, with `room.query` as the point. Answers how deep the leaf is, and leaves the way
   * in `room.path`: inner nodes, counted through all trees.
   */
  find(tree: number): number {
    const { left, right, cutDimension, cutValue } = this;
    const { query, path, half } = this.boxes.room;
    const base = tree * (this.capacity - 1);
    let depth = 0;
    let node = this.root[tree] as number;
    while (node >= 0) {
      const at = base + node;
      path[depth++] = at;
      const value = query[half + (cutDimension[at] as number)] as number;
      node = (value <= (cutValue[at] as number) ? left[at] : right[at]) as number;
    }
    this.leaf = tree * this.capacity + ~node;
    return depth;
  }

  /** Puts in the point of a place, which is `room.query`. Answers its leaf: that of an equal point, where there is one. */
  insert(tree: number, place: number): number {
    if (this.root[tree] === none) {
      const leaf = this.newLeaf(tree, place);
      this.root[tree] = ~(leaf - tree * this.capacity);
      return leaf;
    }
    this.boxes.bring(tree, tree + 1);
    const { path, outside, span } = this.boxes.room;
    const depth = this.find(tree);
    const inside = this.boxes.measure(tree, this.leaf, depth);
    if (inside === depth) {
      this.mass[this.leaf] = (this.mass[this.leaf] as number) + 1;
      return this.leaf;
    }
    for (let at = inside + 1; ; at++) {
      // A cut parts the point from the others where it falls outside their box; else the one that is there stands for it.
      const cut = this.#random.next() * ((outside[at] as number) + (span[at] as number));
      if (cut < (outside[at] as number) || at === depth) return this.#split(tree, place, at, depth, cut);
      if (this.boxes.kept) this.boxes.extend(path[at] as number);
    }
  }

  /** Puts a new inner node over the one at a depth of the way, with the point on the other side of a cut. */
  #split(tree: number, place: number, at: number, depth: number, cut: number): number {
    const { path, query, half } = this.boxes.room;
    const { values, starts } = this.#points;
    const child =
      at === depth ? ~(this.leaf - tree * this.capacity) : (path[at] as number) - tree * (this.capacity - 1);
    const { sides, box } = this.boxes.boxAt(at, depth);
    let rest = cut;
    let side = 0;
    for (let i = 0; i < 2 * half; i++) {
      const out = (sides[box + i] as number) - (query[i] as number);
      if (out <= 0) continue;
      side = i;
      if (rest < out) break;
      rest -= out;
    }
    const isAbove = side < half;
    const dimension = isAbove ? side : side - half;
    const own = values[(starts[place] as number) + dimension] as number;
    const edge = isAbove ? -(sides[box + side] as number) : (sides[box + side] as number);
    const value = isAbove ? between(edge + rest, edge, own) : between(own + rest, own, edge);
    const node = this.newNode(tree);
    const inner = tree * (this.capacity - 1) + node;
    const leaf = this.newLeaf(tree, place);
    const fresh = ~(leaf - tree * this.capacity);
    this.left[inner] = isAbove ? child : fresh;
    this.right[inner] = isAbove ? fresh : child;
    this.cutDimension[inner] = dimension;
    this.cutValue[inner] = value;
    this.#link(tree, at, child, node);
    if (this.boxes.kept) this.boxes.make(inner, at, depth);
    return leaf;
  }

  /** Takes the point of a leaf away, once. `room.query` is the point. */
  remove(tree: number, leaf: number): void {
    this.mass[leaf] = (this.mass[leaf] as number) - 1;
    if ((this.mass[leaf] as number) > 0) return;
    const depth = this.find(tree);
    const own = leaf - tree * this.capacity;
    this.place[leaf] = this.freeLeaf[tree] as number;
    this.freeLeaf[tree] = own;
    if (depth === 0) {
      this.root[tree] = none;
      return;
    }
    const { path } = this.boxes.room;
    const parent = path[depth - 1] as number;
    const node = parent - tree * (this.capacity - 1);
    const sibling = (this.left[parent] === ~own ? this.right[parent] : this.left[parent]) as number;
    this.#link(tree, depth - 1, node, sibling);
    this.right[parent] = this.freeNode[tree] as number;
    this.freeNode[tree] = node;
    // A box that is as it was leaves those around it as they were.
    if (this.boxes.kept)
      for (let at = depth - 2; at >= 0 && this.boxes.remake(tree, path[at] as number); at--);
  }

  /** Puts another child where one was, at a depth of the way. */
  #link(tree: number, at: number, before: number, child: number): void {
    if (at === 0) this.root[tree] = child;
    else {
      const above = this.boxes.room.path[at - 1] as number;
      if (this.left[above] === before) this.left[above] = child;
      else this.right[above] = child;
    }
  }

  /** Takes a free inner node. Answers its number. */
  newNode(tree: number): number {
    const node = this.freeNode[tree] as number;
    this.freeNode[tree] = this.right[tree * (this.capacity - 1) + node] as number;
    return node;
  }

  /** Takes a free leaf. Answers it, counted through all trees. */
  newLeaf(tree: number, place: number): number {
    const leaf = tree * this.capacity + (this.freeLeaf[tree] as number);
    this.freeLeaf[tree] = this.place[leaf] as number;
    this.place[leaf] = place;
    this.mass[leaf] = 1;
    return leaf;
  }
}

/** A cut as it can be kept: at or above the lower side, below the upper one. */
function between(cut: number, below: number, above: number): number {
  const kept = Math.fround(cut);
  return kept >= above || kept < below ? below : kept;
}
