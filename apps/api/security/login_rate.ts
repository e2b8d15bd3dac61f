const perMinute = 10;
/** Addresses remembered; beyond it the one seen longest ago is forgotten. */
const remembered = 10_000;

/** A token bucket per address: 10 attempts at once, and one more each 6 seconds. */
export function createLoginRate(clock: () => number): (address: string) => boolean {
  const buckets = new Map<string, { readonly left: number; readonly at: number }>();
  return (address) => {
    const now = clock();
    const { left, at } = buckets.get(address) ?? { left: perMinute, at: now };
    const filled = Math.min(perMinute, left + ((now - at) / 60_000) * perMinute);
    const allowed = filled >= 1;
    buckets.delete(address);
    buckets.set(address, { left: allowed ? filled - 1 : filled, at: now });
    const oldest = buckets.keys().next().value;
    if (buckets.size > remembered && oldest !== undefined) buckets.delete(oldest);
    return allowed;
  };
}
