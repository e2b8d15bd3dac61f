import type { Random } from './random.ts';

/**
 * A sample of what came, newer points likelier than older ones: each gets a weight by chance that grows with its time,
 * and the largest stay (Efraimidis and Spirakis, IPL 97, 2006, with decay over time as in Cormode et al., ICDE 2009).
 * A heap with the least weight on top.
 */
export class Sampler {
  readonly #random: Random;
  readonly #decay: number;
  readonly capacity: number;
  size = 0;
  readonly weights: Float64Array;
  /** What the points are known by. */
  readonly places: Int32Array;
  #weight = 0;

  /** @param decay by how much the logarithm of a point's weight grows with each point that comes; 0 for none */
  constructor(random: Random, capacity: number, decay: number) {
    this.#random = random;
    this.#decay = decay;
    this.capacity = capacity;
    this.weights = new Float64Array(capacity);
    this.places = new Int32Array(capacity);
  }

  /** Whether the point of that number (from 1) is taken; `place` of {@link evicted} must make room for it then. */
  accepts(number: number): boolean {
    const weight = number * this.#decay - Math.log(-Math.log(1 - this.#random.next()));
    if (this.size === this.capacity && weight <= (this.weights[0] as number)) return false;
    this.#weight = weight;
    return true;
  }

  /** Takes the least out, where there is no room for another. Answers its place, or -1. */
  evict(): number {
    if (this.size < this.capacity) return -1;
    const place = this.places[0] as number;
    this.size--;
    this.weights[0] = this.weights[this.size] as number;
    this.places[0] = this.places[this.size] as number;
    this.#sink(0);
    return place;
  }

  /** Puts in what {@link accepts} said yes to. */
  add(place: number): void {
    let at = this.size++;
    const weight = this.#weight;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if ((this.weights[above] as number) <= weight) break;
      this.weights[at] = this.weights[above] as number;
      this.places[at] = this.places[above] as number;
      at = above;
    }
    this.weights[at] = weight;
    this.places[at] = place;
  }

  #sink(from: number): void {
    const weight = this.weights[from] as number;
    const place = this.places[from] as number;
    let at = from;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= this.size) break;
      if (below + 1 < this.size && (this.weights[below + 1] as number) < (this.weights[below] as number))
        below++;
      if ((this.weights[below] as number) >= weight) break;
      this.weights[at] = this.weights[below] as number;
      this.places[at] = this.places[below] as number;
      at = below;
    }
    this.weights[at] = weight;
    this.places[at] = place;
  }
}
