/** A file that left its path is looked for so many times: one that is renamed during a look may be passed over. */
const looks = 4;

/** Files that left their path and were not found since, by key. */
export class Missing {
  readonly #files = new Map<string, { readonly path: string; readonly missed: number }>();

  get isWaiting(): boolean {
    return this.#files.size > 0;
  }

  has(key: string): boolean {
    return this.#files.has(key);
  }

  /** Where each was last, by key. */
  paths(): Map<string, string> {
    return new Map([...this.#files].map(([key, { path }]) => [key, path]));
  }

  found(key: string): void {
    this.#files.delete(key);
  }

  /** It was not found; false when it is given up for gone. */
  miss(key: string, path: string): boolean {
    const missed = (this.#files.get(key)?.missed ?? 0) + 1;
    if (missed < looks) this.#files.set(key, { path, missed });
    else this.#files.delete(key);
    return missed < looks;
  }
}
