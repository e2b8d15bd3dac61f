import { byRarity, type Outline } from './outline.ts';

/** What a group weighs that is not to be seen in lines: as a word that no benign line has. */
const unseenWeight = 1;
/** Rarity at which a way that is there as a whole counts half: two common words together say little. */
const halfRarity = 0.5;

/** Lists one behind the other: list `i` is `items` from `starts[i]` to `starts[i + 1]`, and each item counts as much as `weights` says. */
interface Lists {
  readonly starts: Int32Array;
  readonly items: Int32Array;
  readonly weights: Float64Array;
}

type Item = readonly [item: number, weight: number];

function listsOf(lists: readonly (readonly Item[])[]): Lists {
  const starts = new Int32Array(lists.length + 1);
  for (const [i, list] of lists.entries()) starts[i + 1] = (starts[i] as number) + list.length;
  const flat = lists.flat();
  return {
    starts,
    items: Int32Array.from(flat, ([item]) => item),
    weights: Float64Array.from(flat, ([, weight]) => weight),
  };
}

/** Numbers what differs, by what it is made of. */
function numbering<T>() {
  const numbers = new Map<string, number>();
  const made: T[] = [];
  return {
    made,
    of(key: string, make: () => T): number {
      let number = numbers.get(key);
      if (number === undefined) {
        number = made.length;
        numbers.set(key, number);
        made.push(make());
      }
      return number;
    },
  };
}

/** A way that a line is near to. */
export interface Near {
  readonly rule: number;
  readonly demand: number;
  /** 0 to 1. */
  readonly share: number;
}

/**
 * How much of what rules ask for stands in a line: of each group the value that is there most, as the share of its words, each
 * counted by its rarity; a way of little rarity counts for less, even as a whole. More words in a line never make it less. All rules
 * are found from the line's words in one pass: words add up to values, the highest value is its group's, groups add up to
 * ways. What several rules ask for alike is one value and one group.
 */
export class Coverage {
  readonly #valuesOf: Lists;
  readonly #groupsOf: Lists;
  readonly #waysOf: Lists;
  /** Of a way, the demand that it is of and the rule. */
  readonly #demandOf: Int32Array;
  readonly #ruleOf: Int32Array;
  readonly #values: Sums;
  readonly #groups: Sums;
  readonly #ways: Sums;
  readonly #found: Float64Array;

  constructor({ words, rarity, demands }: Outline) {
    const weigh = (asked: readonly number[]) =>
      asked.reduce((sum, word) => sum + (rarity[word] as number), 0);
    const textOf = (word: number) => words[word]?.text as string;
    const ways = demands.flatMap(({ groups }, demand) =>
      byRarity(groups, weigh).map((variant) => ({ demand, groups: variant })),
    );
    const values = numbering<readonly number[]>();
    const groups = numbering<{ readonly values: readonly number[]; readonly ways: Item[] }>();
    for (const [way, { groups: asked }] of ways.entries()) {
      // What an earlier group asks for, too, is there once in a line: a program's name that is looked for in the line as well.
      const counted = new Set<string>();
      const weights = asked.map((group) => {
        if (group.length === 0) return unseenWeight;
        const fresh = group.map((value) => value.words.filter((word) => !counted.has(textOf(word))));
        for (const { words: of } of group) for (const word of of) counted.add(textOf(word));
        return fresh.reduce((sum, of) => sum + weigh(of), 0) / group.length;
      });
      const all = weights.reduce((sum, weight) => sum + weight, 0);
      for (const [i, group] of asked.entries()) {
        const of = group.map((value) => values.of(value.words.join(), () => value.words));
        const number = groups.of(of.join(), () => ({ values: of, ways: [] }));
        groups.made[number]?.ways.push([way, (weights[i] as number) / (all + halfRarity)]);
      }
    }
    const valuesOf: Item[][] = words.map(() => []);
    for (const [number, asked] of values.made.entries())
      for (const word of asked) valuesOf[word]?.push([number, (rarity[word] as number) / weigh(asked)]);
    const groupsOf: Item[][] = values.made.map(() => []);
    for (const [number, group] of groups.made.entries())
      for (const value of group.values) groupsOf[value]?.push([number, 1]);
    this.#valuesOf = listsOf(valuesOf);
    this.#groupsOf = listsOf(groupsOf);
    this.#waysOf = listsOf(groups.made.map((group) => group.ways));
    this.#demandOf = Int32Array.from(ways, ({ demand }) => demand);
    this.#ruleOf = Int32Array.from(ways, ({ demand }) => demands[demand]?.rule as number);
    this.#values = sumsOf(values.made.length);
    this.#groups = sumsOf(groups.made.length);
    this.#ways = sumsOf(ways.length);
    this.#found = new Float64Array(ways.length);
  }

  /** The share of the way that is there most, from 0 to 1. The first `count` of the words are numbers, each once. */
  best(words: Int32Array, count: number): number {
    const [values, groups, ways] = [this.#values, this.#groups, this.#ways];
    values.touched = 0;
    for (let i = 0; i < count; i++) addTo(values, this.#valuesOf, words[i] as number, 1);
    groups.touched = 0;
    for (let i = 0; i < values.touched; i++) {
      const value = values.list[i] as number;
      raiseTo(groups, this.#groupsOf, value, values.sums[value] as number);
      values.sums[value] = 0;
    }
    ways.touched = 0;
    for (let i = 0; i < groups.touched; i++) {
      const group = groups.list[i] as number;
      addTo(ways, this.#waysOf, group, groups.sums[group] as number);
      groups.sums[group] = 0;
    }
    let best = 0;
    const found = this.#found;
    for (let i = 0; i < ways.touched; i++) {
      const way = ways.list[i] as number;
      const share = ways.sums[way] as number;
      ways.sums[way] = 0;
      found[i] = share;
      if (share > best) best = share;
    }
    return Math.min(1, best);
  }

  /** Of what {@link best} last found the best way of each rule, best first, at most so many. */
  nearest(most: number): Near[] {
    const [found, touched, ruleOf] = [this.#found, this.#ways.list, this.#ruleOf];
    const near: number[] = [];
    const rules: number[] = [];
    const shares: number[] = [];
    // Most ways are behind the last of those that are near.
    let least = 0;
    for (let i = 0; i < this.#ways.touched; i++) {
      const share = Math.min(1, found[i] as number);
      if (share < least) continue;
      const way = touched[i] as number;
      const rule = ruleOf[way] as number;
      let place = rules.indexOf(rule);
      if (place >= 0) {
        if (share <= (shares[place] as number)) continue;
      } else {
        place = rules.length;
        if (place === most) {
          place--;
          if (share === least && rule > (rules[place] as number)) continue;
        }
      }
      for (; place > 0; place--) {
        const before = shares[place - 1] as number;
        if (before > share || (before === share && (rules[place - 1] as number) < rule)) break;
        near[place] = near[place - 1] as number;
        rules[place] = rules[place - 1] as number;
        shares[place] = before;
      }
      near[place] = way;
      rules[place] = rule;
      shares[place] = share;
      if (rules.length === most) least = shares[most - 1] as number;
    }
    return near.map((way, place) => ({
      rule: rules[place] as number,
      demand: this.#demandOf[way] as number,
      share: shares[place] as number,
    }));
  }
}

/** What was added up of numbered things; all 0 but while a line is looked at. */
interface Sums {
  readonly sums: Float64Array;
  /** The things that are not 0, the first `touched` of the list. */
  readonly list: Int32Array;
  touched: number;
}

const sumsOf = (count: number): Sums => ({
  sums: new Float64Array(count),
  list: new Int32Array(count),
  touched: 0,
});

/** Adds a share to all things of one of the lists. */
function addTo(into: Sums, { starts, items, weights }: Lists, number: number, share: number): void {
  const { sums, list } = into;
  let { touched } = into;
  const end = starts[number + 1] as number;
  for (let at = starts[number] as number; at < end; at++) {
    const item = items[at] as number;
    const before = sums[item] as number;
    if (before === 0) list[touched++] = item;
    sums[item] = before + share * (weights[at] as number);
  }
  into.touched = touched;
}

/** Raises all things of one of the lists to a share, where they are below it. */
function raiseTo(into: Sums, { starts, items }: Lists, number: number, share: number): void {
  const { sums, list } = into;
  let { touched } = into;
  const end = starts[number + 1] as number;
  for (let at = starts[number] as number; at < end; at++) {
    const item = items[at] as number;
    const before = sums[item] as number;
    if (share <= before) continue;
    if (before === 0) list[touched++] = item;
    sums[item] = share;
  }
  into.touched = touched;
}
