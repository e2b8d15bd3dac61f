/** Points that the trees of a forest have in common, each kept once for as long as a tree has it. */
export class Points {
  readonly dimensions: number;
  /** Point after point, `dimensions` values each. */
  values: Float32Array;
  /** How many trees have the point at a place; 0 for a free one. */
  references: Uint16Array;
  #free: number[] = [];
  #used = 0;

  /** @param capacity points that there is room for at first; it grows as needed */
  constructor(dimensions: number, capacity: number) {
    this.dimensions = dimensions;
    this.values = new Float32Array(capacity * dimensions);
    this.references = new Uint16Array(capacity);
  }

  /** Copies a point in, which no tree has yet. Answers its place. */
  add(point: Float32Array): number {
    const place = this.#free.pop() ?? this.#used++;
    if (place >= this.references.length) this.makeRoom(Math.ceil(this.references.length * 1.25) + 16);
    this.values.set(point, place * this.dimensions);
    this.references[place] = 0;
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

  /** For so many points in all, where there is less. */
  makeRoom(capacity: number): void {
    if (capacity <= this.references.length) return;
    const values = new Float32Array(capacity * this.dimensions);
    values.set(this.values);
    this.values = values;
    const references = new Uint16Array(capacity);
    references.set(this.references);
    this.references = references;
  }
}
