/**
 * Room to reckon in, the same for all forests: what they compute ends before another begins, and ten thousand of them
 * would have ten thousand rooms. `seat` makes it large enough.
 */
export const room = {
  /** Sides of the point in question: each value negated, then each value. */
  query: new Float64Array(0),
  /** Sides of the last box by which the point is outside. */
  open: new Uint16Array(0),
  /** Inner nodes on the way to a leaf. */
  path: new Int32Array(0),
  /** By depth: how far the point is outside the box on the way there, and the length of its sides. */
  outside: new Float64Array(0),
  span: new Float64Array(0),
  /** Nodes yet to be looked at. */
  stack: new Int16Array(0),
  /** Room for so many sides of boxes. */
  boxes(count: number): Float32Array {
    if (count > kept.length) {
      const before = kept;
      kept = new Float32Array(2 * count);
      kept.set(before);
    }
    return kept;
  },
};

let kept = new Float32Array(0);

/** Makes room for points of so many dimensions in trees of so many points. */
export function seat(dimensions: number, capacity: number): void {
  if (room.query.length < 2 * dimensions) {
    room.query = new Float64Array(2 * dimensions);
    room.open = new Uint16Array(2 * dimensions);
  }
  if (room.path.length < capacity) {
    room.path = new Int32Array(capacity);
    room.outside = new Float64Array(capacity);
    room.span = new Float64Array(capacity);
    room.stack = new Int16Array(capacity + 1);
  }
}

/** Makes the point of some values, from a place among them, the one in question. */
export function ask(values: ArrayLike<number>, from: number, dimensions: number): void {
  const { query } = room;
  for (let d = 0; d < dimensions; d++) {
    const value = values[from + d] as number;
    query[d] = -value;
    query[dimensions + d] = value;
  }
}
