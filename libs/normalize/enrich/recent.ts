/** Remembers answers by what was asked; of more than twice `limit`, those that were not asked for lately are forgotten. */
export class Recent<K, T> {
  readonly #limit: number;
  #young = new Map<K, T>();
  #old: ReadonlyMap<K, T> = new Map();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: K): T | undefined {
    const known = this.#young.get(key);
    if (known !== undefined) return known;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: K, value: T): void {
    if (this.#young.size >= this.#limit) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
  }
}
