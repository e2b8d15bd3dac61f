import { z } from 'zod';

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time people write, e.g. `10s`; in milliseconds once read. */
export const span = z
  .string()
  .regex(/^\d{1,6}[smhd]$/, 'is a time such as 10s, 5m, 24h or 7d')
  .transform((text) => Number.parseInt(text, 10) * units[text.at(-1) as keyof typeof units])
  .refine((ms) => ms > 0, 'is longer than nothing')
  .meta({ examples: ['10s', '24h'] });

/** Most keys that state is kept of; beyond them the one not seen for longest is forgotten. */
export const maxKeys = z.int().min(1).max(1_000_000).default(100_000);
