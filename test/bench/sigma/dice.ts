import { random } from '../../seed.ts';

/** Seeded choices that the generators share. */
export interface Dice {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** True once in `times`. */
  once(times: number): boolean;
  one<T>(list: readonly T[]): T;
  /** As {@link one}, the first members far oftener than the last, as names and programs are used. */
  usual<T>(list: readonly T[]): T;
  /** Hexadecimal digits in upper case. */
  hex(digits: number): string;
  /** `{8-4-4-4-12}` in lower case. */
  guid(): string;
  /** Letters and digits, as in the names of temporary files. */
  name(length: number): string;
}

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';

export function createDice(seed: number): Dice {
  const next = random(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  const hex = (digits: number): string => {
    let text = '';
    while (text.length < digits) text += below(0x10000).toString(16).padStart(4, '0');
    return text.slice(0, digits).toUpperCase();
  };
  return {
    below,
    once: (times) => below(times) === 0,
    one: <T>(list: readonly T[]) => list[below(list.length)] as T,
    usual: <T>(list: readonly T[]) => list[Math.floor(next() ** 2.5 * list.length)] as T,
    hex,
    guid() {
      const digits = hex(32).toLowerCase();
      return `{${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}}`;
    },
    name: (length) => Array.from({ length }, () => letters[below(letters.length)]).join(''),
  };
}
