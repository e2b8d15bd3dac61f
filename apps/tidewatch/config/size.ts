import { z } from 'zod';

/** A size people write, e.g. `512 MiB`; in bytes once read. */
export const size = z
  .string()
  .regex(/^\d+(?:\.\d+)? ?(?:KiB|MiB|GiB|TiB)$/, 'is a size such as "512 MiB" or "4 GiB"')
  .transform((text) => Math.round(Number.parseFloat(text) * 1024 ** ('KMGT'.indexOf(text.at(-3) ?? '') + 1)));

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time people write, e.g. `36h`; in milliseconds once read. */
export const duration = z
  .string()
  .regex(/^\d+(?:\.\d+)?[smhd]$/, 'is a time such as "90s", "15m", "36h" or "7d"')
  .transform((text) => Math.round(Number.parseFloat(text) * units[text.at(-1) as keyof typeof units]));
