/** The bytes that one log may take on disk, over all its streams. */
export interface Budget {
  readonly limit: number;
  readonly used: number;
  /** Takes `bytes` from the budget; false where they don't fit. */
  take(bytes: number): boolean;
  /** As {@link take}, after freeing what may be freed. */
  makeRoom(bytes: number): Promise<boolean>;
  /** The disk is full before the budget is: frees what may be freed, without waiting for it. */
  relieve(): void;
  /** Counts what is written already, whether it fits or not. */
  add(bytes: number): void;
  give(bytes: number): void;
  /** @param reclaim deletes the oldest segment that every group has read; false where there is none; never rejects */
  onPressure(reclaim: () => Promise<boolean>): void;
}

export function createBudget(limit: number): Budget {
  let used = 0;
  const reclaims: (() => Promise<boolean>)[] = [];
  let goal = Number.POSITIVE_INFINITY;
  let reclaiming: Promise<void> | undefined;

  function take(bytes: number): boolean {
    if (used + bytes > limit) return false;
    used += bytes;
    return true;
  }

  /** Frees what may be freed until `to` bytes are left; one under way goes on to the lowest goal that was asked for. */
  function reclaimDownTo(to: number): Promise<void> {
    goal = Math.min(goal, to);
    reclaiming ??= reclaimAll().finally(() => {
      goal = Number.POSITIVE_INFINITY;
      reclaiming = undefined;
    });
    return reclaiming;
  }

  async function reclaimAll(): Promise<void> {
    for (const reclaim of reclaims) while (used > goal && (await reclaim()));
  }

  return {
    limit,
    get used() {
      return used;
    },
    take,
    async makeRoom(bytes) {
      await reclaimDownTo(Math.min(limit * 0.9, limit - bytes));
      return take(bytes);
    },
    relieve() {
      void reclaimDownTo(used * 0.9);
    },
    add(bytes) {
      used += bytes;
    },
    give(bytes) {
      used -= bytes;
    },
    onPressure(reclaim) {
      reclaims.push(reclaim);
    },
  };
}
