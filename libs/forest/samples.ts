import type { Random } from './random.ts';

/** Weights are kept from a start that moves on by so much, so that they stay small however long it goes on. */
const stretch = 64;

/**
 * What each tree keeps of what came, newer points likelier than older ones: each gets a weight by chance that grows with
 * its time, and the largest stay (Efraimidis and Spirakis, IPL 97, 2006, with decay over time as in Cormode et al., ICDE
 * 2009). How many are passed by until one is taken is drawn at once (their exponential jumps): to pass one by costs a
 * multiplication. Heaps with the least weight on top, one after another in the same arrays, of the same size.
 */
export class Samples {
  readonly #random: Random;
  readonly #decay: number;
  readonly #growth: number;
  readonly capacity: number;
  /** Points that each tree has. */
  size = 0;
  /** Logarithms of weights, from `start` on. */
  readonly weights: Float32Array;
  /** Leaves that the points are, within their tree. */
  readonly leaves: Uint8Array | Uint16Array;
  /** By tree: how likely the next one is taken, as a rate, and how much of that is left until one is. */
  readonly rate: Float64Array;
  readonly left: Float64Array;
  /** Number of the point that weights are counted from. */
  start = 0;

  /** @param decay by how much the logarithm of a point's weight grows with each point that comes; 0 for none */
  constructor(random: Random, trees: number, capacity: number, decay: number) {
    this.#random = random;
    this.#decay = decay;
    this.#growth = Math.exp(decay);
    this.capacity = capacity;
    this.weights = new Float32Array(trees * capacity);
    this.leaves = new (capacity <= 256 ? Uint8Array : Uint16Array)(trees * capacity);
    this.rate = new Float64Array(trees);
    this.left = new Float64Array(trees);
  }

  get full(): boolean {
    return this.size === this.capacity;
  }

  /** Another point came, of that number; asked once before all {@link accepts} of it. */
  next(number: number): void {
    if ((number - this.start) * this.#decay < stretch) return;
    const passed = (number - this.start) * this.#decay;
    for (let i = 0; i < this.weights.length; i++) this.weights[i] = (this.weights[i] as number) - passed;
    this.start = number;
  }

  /** Whether a tree that is full takes the next point: {@link replace} its least then. */
  accepts(tree: number): boolean {
    const rate = (this.rate[tree] as number) * this.#growth;
    this.rate[tree] = rate;
    const left = (this.left[tree] as number) - rate;
    this.left[tree] = left;
    return left < 0;
  }

  /** The leaf that goes first. */
  least(tree: number): number {
    return this.leaves[tree * this.capacity] as number;
  }

  /** Puts the point of that number in, while there is room; {@link grown} once all trees have it. */
  add(tree: number, leaf: number, number: number): void {
    const weight = this.#age(number) - Math.log(this.#chance());
    this.#rise(tree * this.capacity, this.size, weight, leaf);
  }

  /** All trees have one more. */
  grown(number: number): void {
    this.size++;
    this.wake(number);
  }

  /** Where all are full, says anew when each takes the next point after that of a number. */
  wake(number: number): void {
    if (this.full) for (let tree = 0; tree < this.rate.length; tree++) this.#jump(tree, number);
  }

  /** Puts the point of that number, which {@link accepts} said yes to, in the place of the least. */
  replace(tree: number, leaf: number, number: number): void {
    const rate = Math.min(700, this.rate[tree] as number);
    // As heavy as one is that is heavier than the least.
    const weight = -Math.log(-Math.log1p((1 - this.#random.next()) * Math.expm1(-rate)));
    this.#sink(tree * this.capacity, this.#age(number) + weight, leaf);
    this.#jump(tree, number);
  }

  /** Says anew when a tree takes the next point after that of a number. */
  #jump(tree: number, number: number): void {
    this.rate[tree] = Math.exp(this.#age(number) - (this.weights[tree * this.capacity] as number));
    this.left[tree] = this.#chance();
  }

  /** Exponentially distributed, of mean 1, and never nothing. */
  #chance(): number {
    return -Math.log(this.#random.next() + 2 ** -33);
  }

  #age(number: number): number {
    return (number - this.start) * this.#decay;
  }

  #rise(base: number, from: number, weight: number, leaf: number): void {
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if ((this.weights[base + above] as number) <= weight) break;
      this.#move(base + above, base + at);
      at = above;
    }
    this.weights[base + at] = weight;
    this.leaves[base + at] = leaf;
  }

  #sink(base: number, weight: number, leaf: number): void {
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= this.size) break;
      if (
        below + 1 < this.size &&
        (this.weights[base + below + 1] as number) < (this.weights[base + below] as number)
      )
        below++;
      if ((this.weights[base + below] as number) >= weight) break;
      this.#move(base + below, base + at);
      at = below;
    }
    this.weights[base + at] = weight;
    this.leaves[base + at] = leaf;
  }

  #move(from: number, to: number): void {
    this.weights[to] = this.weights[from] as number;
    this.leaves[to] = this.leaves[from] as number;
  }
}
