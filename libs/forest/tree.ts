import type { Points } from './points.ts';
import type { Random } from './random.ts';

/** No node. */
const none = -1;

/**
 * One tree of a random cut forest (Guha, Mishra, Roy and Schrijvers, Robust random cut forest based anomaly detection on
 * streams, ICML 2016): a box around its points is cut in two at random, along a dimension in proportion to its length,
 * and so on in each part until a part is one point. Inserting and deleting a point leave a tree as likely as if it had
 * been made of the points there are.
 *
 * Nodes are numbers: inner ones from 0, leaves from `capacity - 1`. All that is known of them stands in typed arrays.
 */
export class Tree {
  readonly #points: Points;
  readonly #random: Random;
  readonly #dimensions: number;
  /** Number of the first leaf. */
  readonly #leaves: number;
  root = none;
  readonly parent: Int16Array;
  readonly left: Int16Array;
  readonly right: Int16Array;
  readonly cutDimension: Uint16Array;
  readonly cutValue: Float32Array;
  /** Points below a node, and how often a leaf's point is there. */
  readonly mass: Uint16Array;
  /** Places of the leaves' points. */
  readonly place: Int32Array;
  /** Boxes of the inner nodes: lowest and highest value by dimension. */
  readonly low: Float32Array;
  readonly high: Float32Array;
  /** Lengths of the boxes' sides, summed up. */
  readonly span: Float64Array;
  readonly #freeInner: number[] = [];
  readonly #freeLeaves: number[] = [];

  /** @param capacity most points, 2 to 16,384 */
  constructor(points: Points, random: Random, capacity: number) {
    this.#points = points;
    this.#random = random;
    this.#dimensions = points.dimensions;
    const inner = capacity - 1;
    this.#leaves = inner;
    const nodes = inner + capacity;
    this.parent = new Int16Array(nodes).fill(none);
    this.left = new Int16Array(inner);
    this.right = new Int16Array(inner);
    this.cutDimension = new Uint16Array(inner);
    this.cutValue = new Float32Array(inner);
    this.mass = new Uint16Array(nodes);
    this.place = new Int32Array(capacity);
    this.low = new Float32Array(inner * points.dimensions);
    this.high = new Float32Array(inner * points.dimensions);
    this.span = new Float64Array(inner);
    for (let i = inner - 1; i >= 0; i--) this.#freeInner.push(i);
    for (let i = capacity - 1; i >= 0; i--) this.#freeLeaves.push(inner + i);
  }

  isLeaf(node: number): boolean {
    return node >= this.#leaves;
  }

  /** Offset of a leaf's point among the values. */
  offset(leaf: number): number {
    return (this.place[leaf - this.#leaves] as number) * this.#dimensions;
  }

  /** Points in the tree, each as often as it was inserted. */
  get size(): number {
    return this.root === none ? 0 : (this.mass[this.root] as number);
  }

  /**
   * Follows the cuts to a leaf. Answers how deep it is.
   *
   * @param path gets the nodes on the way, the leaf last; room for one more than the tree has inner nodes
   */
  descend(point: Float32Array, path: Int16Array): number {
    let depth = 0;
    let node = this.root;
    while (node < this.#leaves) {
      path[depth++] = node;
      const value = point[this.cutDimension[node] as number] as number;
      node = (value <= (this.cutValue[node] as number) ? this.left[node] : this.right[node]) as number;
    }
    path[depth] = node;
    return depth;
  }

  /** Answers the place that stands for the point: that of an equal one, where the tree has one. */
  insert(place: number): number {
    const { values } = this.#points;
    const at = place * this.#dimensions;
    if (this.root === none) {
      this.root = this.#newLeaf(place, none);
      return place;
    }
    const leaf = this.#leafFor(values, at);
    if (this.#equals(leaf, at)) {
      for (let node = leaf; node !== none; node = this.parent[node] as number)
        this.mass[node] = (this.mass[node] as number) + 1;
      return this.place[leaf - this.#leaves] as number;
    }
    let node = this.root;
    for (;;) {
      const outside = node >= this.#leaves ? this.#apart(node, at) : this.#outside(node, at);
      if (outside > 0) {
        const whole = outside + (node >= this.#leaves ? 0 : (this.span[node] as number));
        const cut = this.#random.next() * whole;
        // A cut parts the point from the others where it falls outside their box; else the one that is there stands for it.
        if (cut < outside || node >= this.#leaves) {
          this.#split(node, place, cut);
          return place;
        }
        this.#extend(node, at, outside);
      }
      this.mass[node] = (this.mass[node] as number) + 1;
      node = this.#child(node, values, at);
    }
  }

  /** Takes a point away that {@link insert} answered the place for. */
  remove(place: number): void {
    const leaf = this.#leafFor(this.#points.values, place * this.#dimensions);
    if ((this.mass[leaf] as number) > 1) {
      for (let node = leaf; node !== none; node = this.parent[node] as number)
        this.mass[node] = (this.mass[node] as number) - 1;
      return;
    }
    this.#freeLeaves.push(leaf);
    const parent = this.parent[leaf] as number;
    if (parent === none) {
      this.root = none;
      return;
    }
    const sibling = (this.left[parent] === leaf ? this.right[parent] : this.left[parent]) as number;
    const above = this.parent[parent] as number;
    this.#replace(parent, sibling);
    this.#freeInner.push(parent);
    const at = place * this.#dimensions;
    let changes = true;
    for (let node = above; node !== none; node = this.parent[node] as number) {
      this.mass[node] = (this.mass[node] as number) - 1;
      // A box that the point did not touch is as it was, and so are those around it.
      if (changes) changes = this.#touches(node, at) && this.#rebox(node);
    }
  }

  /** The leaf that the cuts lead a point to. */
  #leafFor(values: Float32Array, at: number): number {
    let node = this.root;
    while (node < this.#leaves) node = this.#child(node, values, at);
    return node;
  }

  #child(node: number, values: Float32Array, at: number): number {
    const value = values[at + (this.cutDimension[node] as number)] as number;
    return (value <= (this.cutValue[node] as number) ? this.left[node] : this.right[node]) as number;
  }

  #equals(leaf: number, at: number): boolean {
    const { values } = this.#points;
    const own = this.offset(leaf);
    for (let d = 0; d < this.#dimensions; d++) if (values[own + d] !== values[at + d]) return false;
    return true;
  }

  /** By how much a point is outside a node's box, all dimensions together. */
  #outside(node: number, at: number): number {
    const { values } = this.#points;
    const box = node * this.#dimensions;
    let outside = 0;
    for (let d = 0; d < this.#dimensions; d++) {
      const value = values[at + d] as number;
      const low = this.low[box + d] as number;
      const high = this.high[box + d] as number;
      if (value < low) outside += low - value;
      else if (value > high) outside += value - high;
    }
    return outside;
  }

  /** By how much a point is away from a leaf's. */
  #apart(leaf: number, at: number): number {
    const { values } = this.#points;
    const own = this.offset(leaf);
    let apart = 0;
    for (let d = 0; d < this.#dimensions; d++)
      apart += Math.abs((values[at + d] as number) - (values[own + d] as number));
    return apart;
  }

  #touches(node: number, at: number): boolean {
    const { values } = this.#points;
    const box = node * this.#dimensions;
    for (let d = 0; d < this.#dimensions; d++) {
      const value = values[at + d] as number;
      if (value <= (this.low[box + d] as number) || value >= (this.high[box + d] as number)) return true;
    }
    return false;
  }

  /**
   * Puts a new inner node above `node`, with the point on the other side of a cut.
   *
   * @param cut where it falls among what is outside the node's box, laid end to end by dimension
   */
  #split(node: number, place: number, cut: number): void {
    const { values } = this.#points;
    const at = place * this.#dimensions;
    const isLeaf = node >= this.#leaves;
    const lows = isLeaf ? values : this.low;
    const highs = isLeaf ? values : this.high;
    const box = isLeaf ? this.offset(node) : node * this.#dimensions;
    let left = cut;
    let dimension = 0;
    let value = 0;
    for (let d = 0; d < this.#dimensions; d++) {
      const own = values[at + d] as number;
      const low = lows[box + d] as number;
      const high = highs[box + d] as number;
      const outside = own < low ? low - own : own > high ? own - high : 0;
      if (outside === 0) continue;
      dimension = d;
      value = own < low ? between(own + left, own, low) : between(high + left, high, own);
      if (left < outside) break;
      left -= outside;
    }
    const inner = this.#freeInner.pop() as number;
    this.#link(this.parent[node] as number, node, inner);
    const leaf = this.#newLeaf(place, inner);
    const isLeft = (values[at + dimension] as number) <= value;
    this.left[inner] = isLeft ? leaf : node;
    this.right[inner] = isLeft ? node : leaf;
    this.parent[node] = inner;
    this.cutDimension[inner] = dimension;
    this.cutValue[inner] = value;
    this.mass[inner] = (this.mass[node] as number) + 1;
    this.#rebox(inner);
  }

  #newLeaf(place: number, parent: number): number {
    const leaf = this.#freeLeaves.pop() as number;
    this.place[leaf - this.#leaves] = place;
    this.mass[leaf] = 1;
    this.parent[leaf] = parent;
    return leaf;
  }

  /** Puts a node where another was. */
  #replace(gone: number, node: number): void {
    this.#link(this.parent[gone] as number, gone, node);
  }

  #link(above: number, before: number, node: number): void {
    this.parent[node] = above;
    if (above === none) this.root = node;
    else if (this.left[above] === before) this.left[above] = node;
    else this.right[above] = node;
  }

  #extend(node: number, at: number, outside: number): void {
    const { values } = this.#points;
    this.span[node] = (this.span[node] as number) + outside;
    const box = node * this.#dimensions;
    for (let d = 0; d < this.#dimensions; d++) {
      const value = values[at + d] as number;
      if (value < (this.low[box + d] as number)) this.low[box + d] = value;
      if (value > (this.high[box + d] as number)) this.high[box + d] = value;
    }
  }

  /** Makes a node's box from those of its children. Answers whether it is another. */
  #rebox(node: number): boolean {
    const dimensions = this.#dimensions;
    const box = node * dimensions;
    const [l, r] = [this.left[node] as number, this.right[node] as number];
    const { values } = this.#points;
    const lLeaf = l >= this.#leaves;
    const rLeaf = r >= this.#leaves;
    const lAt = lLeaf ? this.offset(l) : l * dimensions;
    const rAt = rLeaf ? this.offset(r) : r * dimensions;
    const [lLow, lHigh] = lLeaf ? [values, values] : [this.low, this.high];
    const [rLow, rHigh] = rLeaf ? [values, values] : [this.low, this.high];
    let changed = false;
    let span = 0;
    for (let d = 0; d < dimensions; d++) {
      const low = Math.min(lLow[lAt + d] as number, rLow[rAt + d] as number);
      const high = Math.max(lHigh[lAt + d] as number, rHigh[rAt + d] as number);
      if (low !== this.low[box + d] || high !== this.high[box + d]) changed = true;
      this.low[box + d] = low;
      this.high[box + d] = high;
      span += high - low;
    }
    this.span[node] = span;
    return changed;
  }
}

/** A cut as it can be kept: at or above the lower side, below the upper one. */
function between(cut: number, below: number, above: number): number {
  const kept = Math.fround(cut);
  return kept >= above || kept < below ? below : kept;
}
