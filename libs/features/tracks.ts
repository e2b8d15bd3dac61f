import type { StateReader, StateWriter } from './state.ts';

/** Panes that a window is made of: how finely it moves on. */
export const panesOfWindow = 24;
/** Different values that one pane tells apart. */
export const valuesOfPane = 256;

/** Numbers of each pane in a row: pane, how many, sum, least, greatest. */
const stride = 5;

/** How many numbers an entity had, their sum, the least and the greatest, by pane. */
export class NumberTrack {
  /** Panes ascending, {@link stride} numbers each. */
  readonly #panes: number[] = [];

  /** Answers how many cells of memory that took. */
  add(pane: number, number: number): number {
    const panes = this.#panes;
    let at = panes.length - stride;
    while (at >= 0 && (panes[at] as number) > pane) at -= stride;
    if (at < 0 || panes[at] !== pane) {
      panes.splice(at + stride, 0, pane, 1, number, number, number);
      return 1;
    }
    panes[at + 1] = (panes[at + 1] as number) + 1;
    panes[at + 2] = (panes[at + 2] as number) + number;
    panes[at + 3] = Math.min(panes[at + 3] as number, number);
    panes[at + 4] = Math.max(panes[at + 4] as number, number);
    return 0;
  }

  /** Forgets panes before one. Answers how many cells of memory that gave back. */
  forget(first: number): number {
    const panes = this.#panes;
    let end = 0;
    while (end < panes.length && (panes[end] as number) < first) end += stride;
    if (end > 0) panes.splice(0, end);
    return end / stride;
  }

  /** Of all panes that are left; NaN where there is nothing to take it of. */
  read(aggregate: 'count' | 'sum' | 'avg' | 'min' | 'max'): number {
    switch (aggregate) {
      case 'count':
        return this.#total(1);
      case 'sum':
        return this.#total(2);
      case 'avg':
        return this.#total(2) / this.#total(1);
      case 'min':
        return this.#most(3, -1);
      case 'max':
        return this.#most(4, 1);
    }
  }

  #total(column: number): number {
    const panes = this.#panes;
    let total = 0;
    for (let at = column; at < panes.length; at += stride) total += panes[at] as number;
    return total;
  }

  /** The greatest, or with -1 the least. */
  #most(column: number, sign: 1 | -1): number {
    const panes = this.#panes;
    let most = Number.NaN;
    for (let at = column; at < panes.length; at += stride)
      if (!(most * sign >= (panes[at] as number) * sign)) most = panes[at] as number;
    return most;
  }

  save(state: StateWriter): void {
    state.number(this.#panes.length);
    for (const number of this.#panes) state.number(number);
  }

  /** Answers how many cells of memory it takes. */
  restore(state: StateReader): number {
    const numbers = state.number();
    for (let i = 0; i < numbers; i++) this.#panes.push(state.number());
    return numbers / stride;
  }
}

interface ValuePane {
  readonly pane: number;
  readonly counts: Map<string, number>;
  /** Of all values, those that are not told apart included. */
  total: number;
}

/** Which values an entity had, and how often, by pane. */
export class ValueTrack {
  readonly #panes: ValuePane[] = [];
  /** Of all panes. */
  readonly #counts = new Map<string, number>();
  #total = 0;

  /** Answers how many cells of memory that took. */
  add(pane: number, value: string): number {
    let at = this.#panes.length - 1;
    while (at >= 0 && (this.#panes[at] as ValuePane).pane > pane) at--;
    let own = this.#panes[at];
    let cells = 0;
    if (own?.pane !== pane) {
      own = { pane, counts: new Map(), total: 0 };
      this.#panes.splice(at + 1, 0, own);
      cells++;
    }
    own.total++;
    this.#total++;
    const count = own.counts.get(value) ?? 0;
    if (count === 0) {
      if (own.counts.size >= valuesOfPane) return cells;
      cells++;
    }
    own.counts.set(value, count + 1);
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
    return cells;
  }

  /** Forgets panes before one. Answers how many cells of memory that gave back. */
  forget(first: number): number {
    let cells = 0;
    while ((this.#panes[0]?.pane ?? first) < first) {
      const { counts, total } = this.#panes.shift() as ValuePane;
      for (const [value, count] of counts) {
        const left = (this.#counts.get(value) as number) - count;
        if (left > 0) this.#counts.set(value, left);
        else this.#counts.delete(value);
      }
      this.#total -= total;
      cells += 1 + counts.size;
    }
    return cells;
  }

  /** How many different values there were. */
  get cardinality(): number {
    return this.#counts.size;
  }

  /**
   * Minus the natural logarithm of a value's share of all: 0 for the only one. One that was not seen, or is not told apart, counts
   * as seen once. NaN where there was none at all.
   */
  rarity(value: string): number {
    return this.#total === 0 ? Number.NaN : Math.log(this.#total / (this.#counts.get(value) ?? 1));
  }

  save(state: StateWriter): void {
    state.number(this.#panes.length);
    for (const { pane, counts, total } of this.#panes) {
      state.number(pane);
      state.number(total);
      state.number(counts.size);
      for (const [value, count] of counts) {
        state.text(value);
        state.number(count);
      }
    }
  }

  /** Answers how many cells of memory it takes. */
  restore(state: StateReader): number {
    const panes = state.number();
    let cells = panes;
    for (let i = 0; i < panes; i++) {
      const pane = state.number();
      const own: ValuePane = { pane, counts: new Map(), total: state.number() };
      const values = state.number();
      for (let k = 0; k < values; k++) {
        const value = state.text();
        const count = state.number();
        own.counts.set(value, count);
        this.#counts.set(value, (this.#counts.get(value) ?? 0) + count);
      }
      this.#panes.push(own);
      this.#total += own.total;
      cells += values;
    }
    return cells;
  }
}
