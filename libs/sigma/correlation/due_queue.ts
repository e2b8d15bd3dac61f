/** A priority queue by time. An item that is put in again is found at its newest time only. */
export interface DueQueue<T> {
  /** Infinity takes it out. */
  put(item: T, due: number): void;
  /** The earliest time that an item is due; Infinity where there is none. */
  soonest(): number;
  /** Takes out the items due before a time, earliest first. */
  takeBefore(time: number): Generator<T>;
}

/** A binary heap; entries that were overtaken stay in it until they come up. */
export function createDueQueue<T>(): DueQueue<T> {
  const heap: { readonly due: number; readonly item: T }[] = [];
  const current = new Map<T, number>();
  const dueAt = (at: number): number => heap[at]?.due ?? Number.POSITIVE_INFINITY;

  function swap(a: number, b: number): void {
    [heap[a], heap[b]] = [heap[b] as (typeof heap)[number], heap[a] as (typeof heap)[number]];
  }

  function rise(at: number): void {
    for (let i = at; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (dueAt(parent) <= dueAt(i)) return;
      swap(i, parent);
      i = parent;
    }
  }

  function sink(): void {
    for (let i = 0; ; ) {
      const left = 2 * i + 1;
      const least = dueAt(left + 1) < dueAt(left) ? left + 1 : left;
      if (dueAt(i) <= dueAt(least)) return;
      swap(i, least);
      i = least;
    }
  }

  function pop(): T {
    const { item } = heap[0] as (typeof heap)[number];
    const last = heap.pop() as (typeof heap)[number];
    if (heap.length > 0) {
      heap[0] = last;
      sink();
    }
    return item;
  }

  return {
    put(item, due) {
      if (current.get(item) === due) return;
      if (due === Number.POSITIVE_INFINITY) {
        current.delete(item);
        return;
      }
      current.set(item, due);
      heap.push({ due, item });
      rise(heap.length - 1);
    },
    soonest() {
      for (let [top] = heap; top !== undefined && current.get(top.item) !== top.due; [top] = heap) pop();
      return dueAt(0);
    },
    *takeBefore(time) {
      while (dueAt(0) < time) {
        const due = dueAt(0);
        const item = pop();
        if (current.get(item) !== due) continue;
        current.delete(item);
        yield item;
      }
    },
  };
}
