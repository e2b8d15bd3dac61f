import { kernel } from './kernel.ts';
import type { Points } from './points.ts';

/** What `kernel.wat` exports. Addresses are bytes in its memory. */
interface Kernel {
  seat(half: number, capacity: number, trees: number, ...addresses: number[]): void;
  bring(...widthsAndAddresses: number[]): void;
  settle(...widthsAndAddresses: number[]): void;
  point(values: number, into: number): void;
  join(node: number, one: number, other: number): number;
  measure(tree: number, leaf: number, depth: number): number;
  scoreAt(tree: number, leaf: number, depth: number, mass: number, size: number): number;
  score(size: number): number;
}

/** What the kernel looks at of trees; see `trees.ts`. */
export interface Nodes {
  readonly count: number;
  readonly capacity: number;
  readonly root: Int16Array;
  readonly left: Int8Array | Int16Array;
  readonly right: Int8Array | Int16Array;
  readonly cutDimension: Uint8Array | Uint16Array;
  readonly cutValue: Float32Array;
  readonly mass: Uint8Array | Uint16Array;
  readonly place: Uint16Array | Int32Array;
}

type Numbers = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Float32Array;
/** Makes an array of so many numbers, all 0. */
export type Lay = <T extends Numbers>(
  Kind: { new (buffer: ArrayBuffer, at: number, count: number): T; readonly BYTES_PER_ELEMENT: number },
  count: number,
) => T;

let compiled: WebAssembly.Module | undefined;
/** Once it is needed: V8 sets gigabytes of addresses aside for it, which a process with a limit may not have. */
const kernelModule = (): WebAssembly.Module => {
  compiled ??= new WebAssembly.Module(Buffer.from(kernel, 'base64'));
  return compiled;
};
const page = 65_536;

/**
 * Room to reckon in, and the kernel that does it: memory of WebAssembly, with arrays that look into it. None of what is
 * being computed outlives a call, so that all forests without boxes share one room, which {@link Room.seat} makes theirs; one
 * that keeps boxes has them in a room of its own, with all of its trees and points.
 */
export class Room {
  readonly #memory: WebAssembly.Memory;
  readonly kernel: Kernel;
  /** Numbers in half a row: the dimensions, filled up. */
  half = 0;
  /** The row of the point in question: each value negated, then each value; see `kernel.wat`. */
  query = new Float32Array(0);
  /** Inner nodes on the way to a leaf. */
  path = new Int32Array(0);
  /** By depth: how far the point is outside the box on the way there, and the length of its sides. */
  outside = new Float32Array(0);
  span = new Float32Array(0);
  /** Children yet to be looked at. */
  stack = new Int32Array(0);
  /** Rows of boxes made anew. */
  rows = new Float32Array(0);
  /** Rows of inner nodes' boxes that are kept, and their lengths. */
  sides = new Float32Array(0);
  spans = new Float32Array(0);
  #dimensions = 0;
  #capacity = 0;
  #nodes = 0;
  #starts: readonly number[] = [];
  /** Behind all that has its place, and behind what was brought there. */
  #end = 0;
  #brought = 0;
  #bytes = new Uint8Array(0);

  constructor() {
    this.#memory = new WebAssembly.Memory({ initial: 1 });
    this.kernel = new WebAssembly.Instance(kernelModule(), {
      room: { memory: this.#memory, log2: Math.log2 },
    }).exports as unknown as Kernel;
  }

  /**
   * Makes room for points of so many dimensions in trees of so many points.
   *
   * @param trees whose boxes are kept
   */
  seat(dimensions: number, capacity: number, trees: number): void {
    if (dimensions === this.#dimensions && capacity === this.#capacity) return;
    this.#dimensions = dimensions;
    this.#capacity = capacity;
    this.#nodes = trees * (capacity - 1);
    this.half = 4 * Math.ceil(dimensions / 4);
    const row = 2 * this.half;
    const counts = [this.half, row, capacity, capacity, capacity, capacity, (capacity + 1) * row];
    const kept = [this.#nodes * row, this.#nodes, trees, trees, trees, trees * capacity];
    this.#end = 0;
    this.#starts = [...counts, ...kept].map((count) => {
      const start = this.#end;
      this.#end += 16 * Math.ceil(count / 4);
      return start;
    });
    this.#hold(this.#end);
    this.#look();
    new Int32Array(this.#memory.buffer, 0, this.half).fill(-1, 0, dimensions).fill(0, dimensions);
    this.query.fill(0);
    this.kernel.seat(4 * this.half, capacity, trees, ...this.#starts);
  }

  /**
   * Makes arrays in so many bytes of this memory, each from a multiple of 16 on. They stay there: nothing may be brought into the room.
   */
  lay(bytes: number): Lay {
    this.#hold(this.#end + bytes);
    return (Kind, count) => {
      const start = this.#end;
      this.#end += 16 * Math.ceil((count * Kind.BYTES_PER_ELEMENT) / 16);
      return new Kind(this.#memory.buffer, start, count);
    };
  }

  /** Makes trees and points that were laid here the ones that the kernel looks at. */
  settle(nodes: Nodes, { starts, values }: Points): void {
    const { root, left, right, cutDimension, cutValue, mass, place } = nodes;
    const at = (...laid: Numbers[]) => laid.map(({ byteOffset }) => byteOffset);
    const [wide, placeWide] = [left.BYTES_PER_ELEMENT, place.BYTES_PER_ELEMENT];
    this.kernel.bring(wide - 1, placeWide / 2 - 1, ...at(left, right, place, starts, values));
    this.kernel.settle(
      cutDimension.BYTES_PER_ELEMENT - 1,
      mass.BYTES_PER_ELEMENT - 1,
      ...at(root, cutDimension, cutValue, mass),
    );
  }

  /** Makes the point of some values, from a place among them, the one in question. */
  ask(values: ArrayLike<number>, from: number): void {
    const { query, half } = this;
    for (let d = 0; d < this.#dimensions; d++) {
      const value = values[from + d] as number;
      query[d] = -value;
      query[half + d] = value;
    }
  }

  /** Brings trees whose boxes are not kept, from one to before another, to where the kernel can look at them. */
  bring({ capacity, left, right, place }: Nodes, { starts, values }: Points, from: number, to: number): void {
    const [firstNode, firstLeaf] = [from * (capacity - 1), from * capacity];
    const [wide, placeWide] = [left.BYTES_PER_ELEMENT, place.BYTES_PER_ELEMENT];
    const count = to - from;
    // What is read beyond the last value is masked, but read.
    const most = count * (2 * wide * (capacity - 1) + placeWide * capacity) + starts.byteLength;
    this.#hold(this.#end + most + values.byteLength + 6 * 16);
    this.#brought = this.#end;
    this.kernel.bring(
      wide - 1,
      placeWide / 2 - 1,
      this.#copy(left, firstNode, count * (capacity - 1)) - wide * firstNode,
      this.#copy(right, firstNode, count * (capacity - 1)) - wide * firstNode,
      this.#copy(place, firstLeaf, count * capacity) - placeWide * firstLeaf,
      this.#copy(starts, 0, starts.length),
      this.#copy(values, 0, values.length),
    );
  }

  /** Answers the address. */
  #copy({ buffer, byteOffset, BYTES_PER_ELEMENT: wide }: Numbers, from: number, count: number): number {
    const start = this.#brought;
    this.#bytes.set(new Uint8Array(buffer, byteOffset + wide * from, wide * count), start);
    this.#brought = start + 16 * Math.ceil((wide * count) / 16);
    return start;
  }

  #hold(bytes: number): void {
    const { byteLength } = this.#memory.buffer;
    if (byteLength >= bytes) return;
    this.#memory.grow(Math.ceil((bytes - byteLength) / page));
    // Arrays that looked into the memory are empty now.
    this.#look();
  }

  #look(): void {
    const { buffer } = this.#memory;
    this.#bytes = new Uint8Array(buffer);
    const [, query, path, outside, span, stack, rows, sides, spans] = this.#starts as number[];
    const row = 2 * this.half;
    const capacity = this.#capacity;
    this.query = new Float32Array(buffer, query, row);
    this.path = new Int32Array(buffer, path, capacity);
    this.outside = new Float32Array(buffer, outside, capacity);
    this.span = new Float32Array(buffer, span, capacity);
    this.stack = new Int32Array(buffer, stack, capacity);
    this.rows = new Float32Array(buffer, rows, (capacity + 1) * row);
    this.sides = new Float32Array(buffer, sides, this.#nodes * row);
    this.spans = new Float32Array(buffer, spans, this.#nodes);
  }

  /** Where the row is that is made anew for a depth, or of a kept box: an address. */
  rowAt(depth: number): number {
    return this.rows.byteOffset + 8 * this.half * depth;
  }

  boxAt(node: number): number {
    return this.sides.byteOffset + 8 * this.half * node;
  }
}
