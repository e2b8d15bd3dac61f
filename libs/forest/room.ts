import { kernel } from './kernel.ts';
import type { Points } from './points.ts';

/** What `kernel.wat` exports. Addresses are bytes in its memory. */
interface Kernel {
  seat(...addresses: number[]): void;
  bring(...addresses: number[]): void;
  point(values: number, into: number): void;
  join(node: number, one: number, other: number): number;
  measure(depth: number): number;
  widen(firstNode: number, firstLeaf: number, leaf: number, depth: number): number;
}

/** What a room needs of trees whose boxes are not kept. */
interface Nodes {
  readonly capacity: number;
  readonly left: Int8Array | Int16Array;
  readonly right: Int8Array | Int16Array;
  readonly place: Uint16Array | Int32Array;
}

type Numbers = Int8Array | Int16Array | Uint16Array | Int32Array | Float32Array;

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
 * that keeps boxes has them in a room of its own.
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
  /** Values of a leaf that {@link Kernel.measure} is to look at. */
  values = new Float32Array(0);
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
    this.kernel = new WebAssembly.Instance(kernelModule(), { room: { memory: this.#memory } })
      .exports as unknown as Kernel;
  }

  /**
   * Makes room for points of so many dimensions in trees of so many points.
   *
   * @param nodes whose boxes are kept
   */
  seat(dimensions: number, capacity: number, nodes = 0): void {
    if (dimensions === this.#dimensions && capacity === this.#capacity) return;
    this.#dimensions = dimensions;
    this.#capacity = capacity;
    this.#nodes = nodes;
    this.half = 4 * Math.ceil(dimensions / 4);
    const row = 2 * this.half;
    const counts = [this.half, row, capacity, capacity, capacity, capacity, (capacity + 1) * row];
    this.#end = 0;
    this.#starts = [...counts, nodes * row, nodes, this.half].map((count) => {
      const start = this.#end;
      this.#end += 16 * Math.ceil(count / 4);
      return start;
    });
    this.#hold(this.#end);
    this.#look();
    new Int32Array(this.#memory.buffer, 0, this.half).fill(-1, 0, dimensions).fill(0, dimensions);
    this.query.fill(0);
    this.kernel.seat(4 * this.half, ...this.#starts.slice(0, -1));
    this.kernel.bring(0, 0, 0, 0, 0, 0, this.#starts.at(-1) as number);
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
  bring({ capacity, left, right, place }: Nodes, points: Points, from: number, to: number): void {
    const [firstNode, firstLeaf] = [from * (capacity - 1), from * capacity];
    const { starts, values } = points;
    const [wide, placeWide] = [left.BYTES_PER_ELEMENT, place.BYTES_PER_ELEMENT];
    const count = to - from;
    // What is read beyond the last value is masked, but read.
    const most = count * (2 * wide * (capacity - 1) + placeWide * capacity) + starts.byteLength;
    this.#hold(this.#end + most + values.byteLength + 6 * 16);
    this.#brought = this.#end;
    this.kernel.bring(
      wide - 1,
      placeWide === 4 ? 1 : 0,
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
    const [, query, path, outside, span, stack, rows, sides, spans, values] = this.#starts as number[];
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
    this.values = new Float32Array(buffer, values, this.half);
  }

  /** Where the row is that is made anew for a depth, or of a kept box: an address. */
  rowAt(depth: number): number {
    return this.rows.byteOffset + 8 * this.half * depth;
  }

  boxAt(node: number): number {
    return this.sides.byteOffset + 8 * this.half * node;
  }
}
