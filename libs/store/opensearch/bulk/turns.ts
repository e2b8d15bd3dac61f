/** Lets as many at a time as a limit that changes says; the others wait in the order they came. */
export interface Turns {
  take(): Promise<void>;
  give(): void;
  /** Turns taken and not given back. */
  taken(): number;
  /** Whether a turn would be given at once. */
  free(): boolean;
  /** Nobody gets a turn for so many milliseconds from now, or as long as an earlier call said. */
  hold(ms: number): void;
  /** Ends what `hold` began. */
  release(): void;
}

export function createTurns(limit: () => number): Turns {
  const waiting: (() => void)[] = [];
  let taken = 0;
  let heldUntil = 0;
  let timer: NodeJS.Timeout | undefined;
  const open = () => heldUntil === 0 && taken < limit();
  const admit = () => {
    while (waiting.length > 0 && open()) {
      taken++;
      waiting.shift()?.();
    }
  };
  const release = () => {
    clearTimeout(timer);
    heldUntil = 0;
    admit();
  };
  return {
    async take() {
      if (open()) taken++;
      else await new Promise<void>((resolve) => waiting.push(resolve));
    },
    give() {
      taken--;
      admit();
    },
    taken: () => taken,
    free: () => waiting.length === 0 && open(),
    hold(ms) {
      const until = performance.now() + ms;
      if (until <= heldUntil) return;
      heldUntil = until;
      clearTimeout(timer);
      timer = setTimeout(release, ms);
    },
    release,
  };
}
