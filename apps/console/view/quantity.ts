const whole = new Intl.NumberFormat('en-GB');

/** With thousands separators. */
export const count = (value: number): string => whole.format(value);

/** Three figures at most for narrow places: `999`, `1.2 k`, `45 k`, `3.1 M`. */
export function compact(value: number): string {
  for (const [size, unit] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    // 999,950 rounds to 1000 k, which is 1 M.
    if (value >= size * 0.99995) {
      const scaled = value / size;
      return `${scaled < 9.95 ? scaled.toFixed(1).replace(/\.0$/, '') : Math.round(scaled)} ${unit}`;
    }
  }
  return whole.format(value);
}

/** Binary multiples of a byte count. */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let scaled = value;
  let unit = 0;
  while (scaled >= 1024 && unit < units.length - 1) {
    scaled /= 1024;
    unit++;
  }
  return `${unit === 0 || scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1)} ${units[unit]}`;
}

export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;
