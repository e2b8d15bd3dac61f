/** Repeats a pair of measurements in turn, and hands both lists over. */
export async function inTurn<T>(
  rounds: number,
  one: () => T | Promise<T>,
  other: () => T | Promise<T>,
): Promise<[T[], T[]]> {
  const ones: T[] = [];
  const others: T[] = [];
  for (let round = 0; round < rounds; round++) {
    ones.push(await one());
    others.push(await other());
    process.stdout.write(
      `  round ${round + 1}: ${JSON.stringify(ones.at(-1))} | ${JSON.stringify(others.at(-1))}\n`,
    );
  }
  return [ones, others];
}

/** Round by round. */
export const ratios = (own: readonly number[], peer: readonly number[]): number[] =>
  own.map((value, i) => value / (peer[i] ?? Number.NaN));
