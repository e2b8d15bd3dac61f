import type { Demand, Wanted } from './demands.ts';

/** What is kept of rules: each word once, and by its number what each value of each group asks for. */
export interface Outline {
  readonly words: readonly Wanted[];
  /** How rare each word is in what is benign, from 0 (everywhere) to 1 (nowhere). */
  readonly rarity: readonly number[];
  readonly demands: readonly OutlinedDemand[];
}

export interface OutlinedDemand {
  /** Number of the rule. */
  readonly rule: number;
  readonly groups: readonly OutlinedGroup[];
}

/** Values by the words they ask for; none where the group is not to be seen in lines. */
export type OutlinedGroup = readonly { readonly text: string; readonly words: readonly number[] }[];

/** Numbers words as they are first asked for. */
export function outlineOf(
  ways: readonly { readonly rule: number; readonly demand: Demand }[],
): Omit<Outline, 'rarity'> {
  const numbers = new Map<string, number>();
  const words: Wanted[] = [];
  const numberOf = (word: Wanted): number => {
    const key = `${word.edge} ${word.text}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = words.length;
      numbers.set(key, number);
      words.push({ text: word.text, edge: word.edge });
    }
    return number;
  };
  const demands = ways.map(({ rule, demand }) => ({
    rule,
    groups: demand.map(({ values }) => {
      const distinct = new Map<string, OutlinedGroup[number]>();
      for (const value of values) {
        const asked = [...new Set(value.words.map(numberOf))].sort((a, b) => a - b);
        const key = asked.join();
        if (!distinct.has(key)) distinct.set(key, { text: value.text, words: asked });
      }
      return [...distinct.values()];
    }),
  }));
  return { words, demands };
}

/** Bounds of rarity by which values of a group are told apart. */
const tiers = [0.4, 1] as const;
const variantLimit = 12;

/**
 * A way once for each choice of values of like rarity: what a group weighs is then what its values weigh, and a common
 * one among rare ones does not stand for them.
 */
export function byRarity(
  groups: readonly OutlinedGroup[],
  weigh: (words: readonly number[]) => number,
): OutlinedGroup[][] {
  let variants: OutlinedGroup[][] = [[]];
  for (const group of groups) {
    const tierOf = (value: OutlinedGroup[number]) =>
      tiers.filter((tier) => weigh(value.words) >= tier).length;
    const parts = [0, 1, 2].map((tier) => group.filter((value) => tierOf(value) === tier));
    const some = parts.filter((part) => part.length > 0);
    const split = some.length > 1 && variants.length * some.length <= variantLimit ? some : [group];
    variants = variants.flatMap((variant) => split.map((part) => [...variant, part]));
  }
  return variants;
}
