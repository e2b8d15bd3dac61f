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

/** What a group weighs that is not to be seen in lines: as a word that no benign line has. */
const unseenWeight = 1;
/** Rarity at which a way that is there as a whole counts half: two common words together say little. */
const halfRarity = 0.5;

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
function byRarity(
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

/**
 * How much of what rules ask for stands in a line: of each group the value that is there most, as the share of its words, each
 * counted by its rarity; a way of little rarity counts for less, even as a whole. More words in a line never make it less. All rules are found from the line's words in one pass.
 */
export class Coverage {
  readonly #postings: readonly Int32Array[];
  readonly #shares: readonly Float64Array[];
  readonly #groupsOf: readonly Int32Array[];
  readonly #demandOf: Int32Array;
  readonly #weightOf: Float64Array;
  readonly #writtenAs: Int32Array;
  readonly #ruleOf: Int32Array;
  readonly #valueShare: Float64Array;
  readonly #groupShare: Float64Array;
  readonly #demandShare: Float64Array;
  readonly #touchedValues: Int32Array;
  readonly #touchedGroups: Int32Array;
  readonly #touchedDemands: Int32Array;
  readonly #found: Float64Array;
  #demands = 0;

  constructor({ words, rarity, demands }: Outline) {
    const values: { words: readonly number[]; total: number; groups: number[] }[] = [];
    const numbers = new Map<string, number>();
    const demandOf: number[] = [];
    const weightOf: number[] = [];
    const weigh = (asked: readonly number[]) =>
      asked.reduce((sum, word) => sum + (rarity[word] as number), 0);
    const variants = demands.flatMap(({ groups }, demand) =>
      byRarity(groups, weigh).map((variant) => ({ demand, groups: variant })),
    );
    for (const [variant, { groups }] of variants.entries()) {
      const weights = groups.map((group) =>
        group.length === 0
          ? unseenWeight
          : group.reduce((sum, value) => sum + weigh(value.words), 0) / group.length,
      );
      const all = weights.reduce((sum, weight) => sum + weight, 0);
      for (const [i, group] of groups.entries()) {
        const number = demandOf.length;
        demandOf.push(variant);
        weightOf.push((weights[i] as number) / (all + halfRarity));
        for (const { words: asked } of group) {
          const key = asked.join();
          let value = numbers.get(key);
          if (value === undefined) {
            value = values.length;
            numbers.set(key, value);
            values.push({ words: asked, total: weigh(asked), groups: [] });
          }
          values[value]?.groups.push(number);
        }
      }
    }
    const postings: number[][] = words.map(() => []);
    const shares: number[][] = words.map(() => []);
    for (const [number, { words: asked, total }] of values.entries())
      for (const word of asked) {
        postings[word]?.push(number);
        shares[word]?.push((rarity[word] as number) / total);
      }
    this.#postings = postings.map((list) => Int32Array.from(list));
    this.#shares = shares.map((list) => Float64Array.from(list));
    this.#groupsOf = values.map(({ groups }) => Int32Array.from(groups));
    this.#demandOf = Int32Array.from(demandOf);
    this.#weightOf = Float64Array.from(weightOf);
    this.#writtenAs = Int32Array.from(variants.map(({ demand }) => demand));
    this.#ruleOf = Int32Array.from(variants.map(({ demand }) => demands[demand]?.rule as number));
    this.#valueShare = new Float64Array(values.length);
    this.#groupShare = new Float64Array(demandOf.length);
    this.#demandShare = new Float64Array(variants.length);
    this.#touchedValues = new Int32Array(values.length);
    this.#touchedGroups = new Int32Array(demandOf.length);
    this.#touchedDemands = new Int32Array(variants.length);
    this.#found = new Float64Array(variants.length);
  }

  /** The share of the way that is there most, from 0 to 1. The words are numbers, each once. */
  best(words: ArrayLike<number>): number {
    this.#demands = 0;
    let values = 0;
    let groups = 0;
    let best = 0;
    const valueShare = this.#valueShare;
    for (let i = 0; i < words.length; i++) {
      const postings = this.#postings[words[i] as number] as Int32Array;
      const shares = this.#shares[words[i] as number] as Float64Array;
      for (let at = 0; at < postings.length; at++) {
        const value = postings[at] as number;
        if (valueShare[value] === 0) this.#touchedValues[values++] = value;
        valueShare[value] = (valueShare[value] as number) + (shares[at] as number);
      }
    }
    for (let i = 0; i < values; i++) {
      const value = this.#touchedValues[i] as number;
      const share = valueShare[value] as number;
      valueShare[value] = 0;
      const of = this.#groupsOf[value] as Int32Array;
      for (let at = 0; at < of.length; at++) {
        const group = of[at] as number;
        const before = this.#groupShare[group] as number;
        if (share <= before) continue;
        if (before === 0) this.#touchedGroups[groups++] = group;
        this.#groupShare[group] = share;
        const demand = this.#demandOf[group] as number;
        const had = this.#demandShare[demand] as number;
        if (had === 0) this.#touchedDemands[this.#demands++] = demand;
        const has = had + (share - before) * (this.#weightOf[group] as number);
        this.#demandShare[demand] = has;
        if (has > best) best = has;
      }
    }
    for (let i = 0; i < groups; i++) this.#groupShare[this.#touchedGroups[i] as number] = 0;
    for (let i = 0; i < this.#demands; i++) {
      const demand = this.#touchedDemands[i] as number;
      this.#found[i] = this.#demandShare[demand] as number;
      this.#demandShare[demand] = 0;
    }
    return Math.min(1, best);
  }

  /** The demands that {@link best} last found words of, with their shares; the best way of each rule, best first, at most so many. */
  nearest(most: number): { readonly rule: number; readonly demand: number; readonly share: number }[] {
    const best = new Map<number, { rule: number; demand: number; share: number }>();
    for (let i = 0; i < this.#demands; i++) {
      const touched = this.#touchedDemands[i] as number;
      const demand = this.#writtenAs[touched] as number;
      const share = Math.min(1, this.#found[i] as number);
      const rule = this.#ruleOf[touched] as number;
      const known = best.get(rule);
      if (known === undefined || share > known.share) best.set(rule, { rule, demand, share });
    }
    return [...best.values()].sort((a, b) => b.share - a.share || a.rule - b.rule).slice(0, most);
  }
}
