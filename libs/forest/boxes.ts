import type { Points } from './points.ts';
import { type Lay, type Nodes, Room } from './room.ts';

/** Of trees and points. */
const arrays = 9;

/** What forests without boxes reckon in. */
let shared: Room | undefined;
const sharedRoom = (): Room => {
  shared ??= new Room();
  return shared;
};

/**
 * The boxes around the points below each inner node of trees, as rows of sides (`room.ts`): a point is outside a side by how much
 * the box's is more than its own. Boxes are kept, or those on a point's way made anew each time.
 */
export class Boxes {
  readonly #points: Points;
  readonly #nodes: Nodes;
  readonly kept: boolean;
  readonly room: Room;

  constructor(points: Points, nodes: Nodes, kept: boolean) {
    this.#points = points;
    this.#nodes = nodes;
    this.kept = kept;
    this.room = kept ? new Room() : sharedRoom();
    this.seat();
  }

  /** Makes the room that of these boxes: to be called before anything else is asked of them. */
  seat(): void {
    const { count, capacity } = this.#nodes;
    this.room.seat(this.#points.dimensions, capacity, this.kept ? count : 0);
  }

  /** How the trees' arrays are made: in the room, where boxes are kept, and those of the points behind them with {@link settle}. */
  lay(): Lay {
    if (!this.kept)
      return (Kind, count) => new Kind(new ArrayBuffer(count * Kind.BYTES_PER_ELEMENT), 0, count);
    const { count, capacity } = this.#nodes;
    const { half } = this.room;
    // By leaf at most 16 bytes of it and of an inner node; by point its start and values, which are read in fours.
    return this.room.lay(2 * count + (count + 1) * capacity * (16 + 4 + 4 * half) + 4 * half + 16 * arrays);
  }

  /** The trees are laid: where boxes are kept, lays the points as well. */
  settle(lay: Lay): void {
    if (!this.kept) return;
    const { count, capacity } = this.#nodes;
    const most = (count + 1) * capacity;
    this.#points.moveTo(lay(Int32Array, most), lay(Float32Array, most * this.#points.dimensions));
    this.room.settle(this.#nodes, this.#points);
  }

  /** Makes trees, from one to before another, known to the room; to be called before {@link measure} is, and where they changed. */
  bring(from: number, to: number): void {
    if (!this.kept) this.room.bring(this.#nodes, this.#points, from, to);
  }

  /**
   * Measures how far the point in question is outside the boxes on the way to the leaf that was found, from there up to the
   * first box that has it inside: those above have it, too. Leaves it in `room.outside`, by depth, and the boxes' lengths in
   * `room.span`. Answers the depth of that first box, -1 where none has it.
   */
  measure(tree: number, leaf: number, depth: number): number {
    return this.room.kernel.measure(tree, leaf, depth);
  }

  /** Where the sides of the box at a depth of the way are, after {@link measure}. */
  boxAt(at: number, depth: number): { readonly sides: Float32Array; readonly box: number } {
    const { room } = this;
    const row = 2 * room.half;
    if (!this.kept) return { sides: room.rows, box: at * row };
    return at < depth
      ? { sides: room.sides, box: (room.path[at] as number) * row }
      : { sides: room.rows, box: 0 };
  }

  /** Makes the box of a new node over what is at a depth of the way, with the point in question. */
  make(node: number, at: number, depth: number): void {
    const { room } = this;
    const below = at < depth ? room.boxAt(room.path[at] as number) : room.rowAt(0);
    room.kernel.join(node, below, room.query.byteOffset);
  }

  /** Widens a node's box by the point in question. */
  extend(node: number): void {
    const { room } = this;
    room.kernel.join(node, room.boxAt(node), room.query.byteOffset);
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
    for (let i = order.length - 1; i >= 0; i--) this.remake(tree, order[i] as number);
  }

  /** Makes a node's box from those of its children. Answers whether it is another. */
  remake(tree: number, node: number): boolean {
    const { left, right } = this.#nodes;
    const one = this.#rowOf(tree, left[node] as number, 1);
    const other = this.#rowOf(tree, right[node] as number, 2);
    return this.room.kernel.join(node, one, other) !== 0;
  }

  /** The address of a child's box: of a leaf, one made at a depth. */
  #rowOf(tree: number, child: number, depth: number): number {
    const { room } = this;
    const { capacity } = this.#nodes;
    if (child >= 0) return room.boxAt(tree * (capacity - 1) + child);
    const { values, starts } = this.#points;
    const start = starts[this.#nodes.place[tree * capacity + ~child] as number] as number;
    const row = room.rowAt(depth);
    room.kernel.point(values.byteOffset + 4 * start, row);
    return row;
  }
}
