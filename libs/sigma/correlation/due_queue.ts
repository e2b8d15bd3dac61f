/** What a queue keeps: each knows when it is due, so that nothing else has to. */
export interface Due {
  /** Set by the queue; Infinity where it is in none. */
  dueAt: number;
}

/** A priority queue by time. An item that is put in again is found at its newest time only; it can be in one queue. */
export interface DueQueue<T extends Due> {
  /** Infinity takes it out. */
  put(item: T, due: number): void;
  /** The earliest time that an item is due; Infinity where there is none. */
  soonest(): number;
  /** Takes out the items due before a time, earliest first. */
  takeBefore(time: number): Generator<T>;
}

/** A binary heap in two arrays; entries that were overtaken stay in it until they come up. */
export function createDueQueue<T extends Due>(): DueQueue<T> {
  const dues: number[] = [];
  const items: T[] = [];
  const dueAt = (at: number): number => (at < dues.length ? (dues[at] as number) : Number.POSITIVE_INFINITY);

  function set(at: number, due: number, item: T): void {
    dues[at] = due;
    items[at] = item;
  }

  function rise(from: number, due: number, item: T): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (dueAt(parent) <= due) break;
      set(at, dueAt(parent), items[parent] as T);
      at = parent;
    }
    set(at, due, item);
  }

  function sink(due: number, item: T): void {
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const least = dueAt(left + 1) < dueAt(left) ? left + 1 : left;
      if (due <= dueAt(least)) break;
      set(at, dueAt(least), items[least] as T);
      at = least;
    }
    set(at, due, item);
  }

  function pop(): T {
    const item = items[0] as T;
    const due = dues.pop() as number;
    const last = items.pop() as T;
    if (dues.length > 0) sink(due, last);
    return item;
  }

  return {
    put(item, due) {
      if (item.dueAt === due) return;
      item.dueAt = due;
      if (due !== Number.POSITIVE_INFINITY) rise(dues.length, due, item);
    },
    soonest() {
      while (dues.length > 0 && items[0]?.dueAt !== dues[0]) pop();
      return dueAt(0);
    },
    *takeBefore(time) {
      while (dueAt(0) < time) {
        const due = dueAt(0);
        const item = pop();
        if (item.dueAt !== due) continue;
        item.dueAt = Number.POSITIVE_INFINITY;
        yield item;
      }
    },
  };
}
