/**
 * Minimises a function of a few variables without its derivatives (Nelder and Mead, The Computer Journal 7, 1965), within
 * bounds: what lies outside is moved to the edge.
 *
 * @param start first corner; the others are `step` away along one axis each
 * @param evaluations most calls of `cost`
 */
export function minimise(
  cost: (x: Float64Array) => number,
  start: Float64Array,
  bounds: readonly (readonly [low: number, high: number])[],
  { step = 0.1, evaluations = 150, tolerance = 1e-5 } = {},
): Float64Array {
  const n = start.length;
  const within = (x: Float64Array): Float64Array =>
    x.map((value, i) => {
      const [low, high] = bounds[i] as readonly [number, number];
      return Math.min(high, Math.max(low, value));
    });
  const corner = (x: Float64Array) => ({ x, cost: cost(x) });
  const simplex = [corner(within(start))];
  for (let i = 0; i < n; i++) {
    const x = start.slice();
    const [low, high] = bounds[i] as readonly [number, number];
    x[i] = (x[i] as number) + step > high ? Math.max(low, (x[i] as number) - step) : (x[i] as number) + step;
    simplex.push(corner(within(x)));
  }
  let used = n + 1;
  const sort = (): void => {
    simplex.sort((a, b) => a.cost - b.cost);
  };
  sort();
  while (used < evaluations) {
    const best = simplex[0] as { x: Float64Array; cost: number };
    const worst = simplex[n] as { x: Float64Array; cost: number };
    if (worst.cost - best.cost <= tolerance * (Math.abs(best.cost) + 1e-12)) break;
    const centre = new Float64Array(n);
    for (let c = 0; c < n; c++)
      for (let i = 0; i < n; i++)
        centre[i] = (centre[i] as number) + ((simplex[c] as { x: Float64Array }).x[i] as number) / n;
    const along = (factor: number) =>
      corner(within(centre.map((value, i) => value + factor * (value - (worst.x[i] as number)))));
    const reflected = along(1);
    used++;
    if (reflected.cost < best.cost) {
      const expanded = along(2);
      used++;
      simplex[n] = expanded.cost < reflected.cost ? expanded : reflected;
    } else if (reflected.cost < (simplex[n - 1] as { cost: number }).cost) simplex[n] = reflected;
    else {
      const contracted = reflected.cost < worst.cost ? along(0.5) : along(-0.5);
      used++;
      if (contracted.cost < Math.min(worst.cost, reflected.cost)) simplex[n] = contracted;
      else {
        for (let i = 1; i <= n; i++) {
          const { x } = simplex[i] as { x: Float64Array };
          simplex[i] = corner(within(x.map((value, k) => ((best.x[k] as number) + value) / 2)));
        }
        used += n;
      }
    }
    sort();
  }
  return (simplex[0] as { x: Float64Array }).x;
}
