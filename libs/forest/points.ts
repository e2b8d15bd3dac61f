/**
 * Points that the trees of a forest have in common, each kept once for as long as a tree has it. A point that goes on where
 * the one before ended, as those of a series do, shares the values that both have.
 */
export class Points {
  readonly dimensions: number;
  /** All values in a row; a point's are `dimensions` of them from its start on. */
  values: Float32Array;
  /** Where the values of the point at a place start; no two points have the same start. */
  starts: Int32Array;
  /** How many trees have the point at a place; 0 for a free one. */
  references: Uint16Array;
  #free: number[] = [];
  #used = 0;
  /** Where the next value goes. */
  #end = 0;
  /** Where all of it stays, however much it becomes. */
  #home: { readonly starts: Int32Array; readonly values: Float32Array } | undefined;

  /** @param capacity points that there is room for at first; it grows as needed */
  constructor(dimensions: number, capacity: number) {
    this.dimensions = dimensions;
    this.values = new Float32Array(capacity + dimensions);
    this.starts = new Int32Array(capacity);
    this.references = new Uint16Array(capacity);
  }

  /** Makes it stay in arrays with room for all points that trees can have, and one more; before a point came. */
  moveTo(starts: Int32Array, values: Float32Array): void {
    this.#home = { starts, values };
    this.starts = this.#startsOf(this.starts.length);
    this.values = this.#valuesOf(this.values.length);
  }

  /** Copies a point in, which no tree has yet. Answers its place. */
  add(point: Float32Array): number {
    let shared = this.#shared(point);
    if (this.#end + this.dimensions - shared > this.values.length) {
      this.#makeRoom();
      shared = this.#shared(point);
    }
    const place = this.#free.pop() ?? this.#used++;
    if (place >= this.references.length) this.#extend(Math.ceil(this.references.length * 1.25) + 16);
    this.starts[place] = this.#end - shared;
    this.references[place] = 0;
    for (let i = shared; i < this.dimensions; i++) this.values[this.#end++] = point[i] as number;
    return place;
  }

  hold(place: number): void {
    this.references[place] = (this.references[place] as number) + 1;
  }

  /** Frees the place when no tree has it any more. */
  release(place: number): void {
    const left = (this.references[place] as number) - 1;
    this.references[place] = left;
    if (left === 0) this.#free.push(place);
  }

  /** Frees a place that no tree took. */
  drop(place: number): void {
    if (this.references[place] === 0) this.#free.push(place);
  }

  /** Points that trees have. */
  get size(): number {
    return this.#used - this.#free.length;
  }

  /** What there is of points that trees have: their values, and the places in the order of their starts. */
  packed(): { readonly values: Float32Array; readonly places: Int32Array } {
    const places = this.#compact();
    return { values: this.values.subarray(0, this.#end), places };
  }

  /** Takes in what {@link packed} told of, each point to the place of its number in that order. */
  unpack(values: Float32Array, starts: Int32Array): void {
    this.values = this.#valuesOf(values.length);
    this.values.set(values);
    this.starts = this.#startsOf(starts.length);
    this.starts.set(starts);
    this.references = new Uint16Array(starts.length);
    this.#free = [];
    this.#used = starts.length;
    this.#end = values.length;
  }

  /** How many of a point's values, from its first on, are the last there are; less than all. */
  #shared(point: Float32Array): number {
    const { values, dimensions } = this;
    const end = this.#end;
    for (let shared = Math.min(dimensions - 1, end); shared > 0; shared--) {
      let i = 0;
      while (i < shared && values[end - shared + i] === point[i]) i++;
      if (i === shared) return shared;
    }
    return 0;
  }

  /** Leaves out values that no point has, and adds room where that was of little use, or of too little for a point. */
  #makeRoom(): void {
    this.#compact();
    const room = this.values.length;
    if (this.#end < 0.8 * room && this.#end + this.dimensions <= room) return;
    const values = this.#valuesOf(Math.ceil(room * 1.25) + this.dimensions);
    values.set(this.values);
    this.values = values;
  }

  /** Moves values together. Answers the places of points in the order of their starts. */
  #compact(): Int32Array {
    const { values, starts, references, dimensions } = this;
    const placeAt = new Int32Array(this.#end).fill(-1);
    let count = 0;
    for (let place = 0; place < this.#used; place++)
      if ((references[place] as number) > 0) {
        placeAt[starts[place] as number] = place;
        count++;
      }
    const places = new Int32Array(count);
    let [read, written, found] = [0, 0, 0];
    for (let start = 0; start < placeAt.length; start++) {
      const place = placeAt[start] as number;
      if (place < 0) continue;
      places[found++] = place;
      const from = Math.max(read, start);
      read = start + dimensions;
      values.copyWithin(written, from, read);
      written += read - from;
      starts[place] = written - dimensions;
    }
    this.#end = written;
    return places;
  }

  /** Room for so many values, or what there is. */
  #valuesOf(count: number): Float32Array {
    return this.#home?.values.subarray(0, count) ?? new Float32Array(count);
  }

  #startsOf(count: number): Int32Array {
    return this.#home?.starts.subarray(0, count) ?? new Int32Array(count);
  }

  #extend(capacity: number): void {
    const starts = this.#startsOf(capacity);
    starts.set(this.starts);
    this.starts = starts;
    const references = new Uint16Array(capacity);
    references.set(this.references);
    this.references = references;
  }
}
