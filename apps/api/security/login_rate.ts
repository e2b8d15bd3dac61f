const perMinute = { address: 10, user: 30 } as const;
/** Addresses and names remembered; beyond it the one seen longest ago is forgotten. */
const remembered = 10_000;

/**
 * A token bucket for each address (10 attempts at once, and one more each 6 seconds), and for each name that is tried
 * (three times that, so that whoever guesses from many addresses is slowed, and the person still gets in).
 */
export function createLoginRate(clock: () => number): (address: string, user?: string) => boolean {
  const ofAddress = createBuckets(clock, perMinute.address);
  const ofUser = createBuckets(clock, perMinute.user);
  return (address, user) => ofAddress(address) && (user === undefined || ofUser(user));
}

function createBuckets(clock: () => number, most: number): (key: string) => boolean {
  const buckets = new Map<string, { readonly left: number; readonly at: number }>();
  return (key) => {
    const now = clock();
    const { left, at } = buckets.get(key) ?? { left: most, at: now };
    const filled = Math.min(most, left + ((now - at) / 60_000) * most);
    const allowed = filled >= 1;
    buckets.delete(key);
    buckets.set(key, { left: allowed ? filled - 1 : filled, at: now });
    const oldest = buckets.keys().next().value;
    if (buckets.size > remembered && oldest !== undefined) buckets.delete(oldest);
    return allowed;
  };
}
