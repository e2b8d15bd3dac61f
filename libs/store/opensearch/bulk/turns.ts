/** Lets as many at a time as a limit that changes says; the others wait in the order they came. */
export interface Turns {
  take(): Promise<void>;
  give(): void;
  /** Turns taken and not given back. */
  taken(): number;
  /** Whether a turn would be given at once. */
  free(): boolean;
}

export function createTurns(limit: () => number): Turns {
  const waiting: (() => void)[] = [];
  let taken = 0;
  return {
    async take() {
      if (taken >= limit()) await new Promise<void>((resolve) => waiting.push(resolve));
      else taken++;
    },
    give() {
      taken--;
      while (waiting.length > 0 && taken < limit()) {
        taken++;
        waiting.shift()?.();
      }
    },
    taken: () => taken,
    free: () => waiting.length === 0 && taken < limit(),
  };
}
