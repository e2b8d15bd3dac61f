/**
 * Numbers that look random, the same for the same seed (xoshiro128**, Blackman and Vigna, ACM TOMS 47, 2021; seeded by
 * SplitMix32).
 */
export class Random {
  /** The state: four words, which make it go on where it was. */
  readonly state: Uint32Array;

  constructor(seed: number | Uint32Array) {
    if (typeof seed !== 'number') {
      this.state = seed.slice();
      return;
    }
    this.state = new Uint32Array(4);
    let x = seed >>> 0;
    for (let i = 0; i < 4; i++) {
      x = (x + 0x9e3779b9) >>> 0;
      let z = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      this.state[i] = z ^ (z >>> 15);
    }
  }

  /** In [0, 1), by steps of 2^-32. */
  next(): number {
    const s = this.state;
    const s0 = s[0] as number;
    const s1 = s[1] as number;
    const s2 = s[2] as number;
    const s3 = s[3] as number;
    let result = Math.imul(s1, 5);
    result = Math.imul((result << 7) | (result >>> 25), 9) >>> 0;
    const t = s1 << 9;
    const c = s2 ^ s0;
    const d = s3 ^ s1;
    s[1] = s1 ^ c;
    s[0] = s0 ^ d;
    s[2] = c ^ t;
    s[3] = (d << 11) | (d >>> 21);
    return result / 4_294_967_296;
  }
}
