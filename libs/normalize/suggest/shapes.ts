import { type Kind, type Slot, type Tokens, tokenise } from './tokens.ts';

/** A part of a shape: a text of the program, or what varies. */
export type ShapeSlot =
  | { readonly fixed: string }
  | {
      readonly kind: Kind;
      /** Some of its values. */
      readonly values: readonly string[];
    };

/** Lines that one statement of a program wrote, or so it seems. */
export interface Shape {
  readonly slots: readonly ShapeSlot[];
  /** What stands before, between and after the slots. */
  readonly separators: readonly string[];
  readonly count: number;
  /** The first lines of it. */
  readonly examples: readonly string[];
}

interface Cluster {
  readonly separators: readonly string[];
  readonly slots: ClusterSlot[];
  count: number;
  readonly examples: string[];
}

interface ClusterSlot {
  kind: Kind;
  fixed: boolean;
  values: string[];
}

/** Most kinds of lines told apart; those that come later count as others. */
const mostShapes = 5_000;
const mostTemplates = 50_000;
const mostInGroup = 200;
const mostExamples = 5;
const mostValues = 8;
const longestExample = 1_000;
/** Share of words that two lines of a shape have in common. */
const alike = 0.6;
/** A place that differs in so many else equal shapes varies. */
const mostForms = 3;

export interface Shapes {
  readonly add: (line: string) => void;
  /** Most frequent first. */
  readonly list: () => Shape[];
  /** Lines beyond what is told apart. */
  readonly others: () => number;
}

/**
 * Groups lines by shape, as Drain does (He et al., ICWS 2017): lines whose separators are the same and most of whose words
 * are, with what differs as parameters. Linear in the lines, within bounded memory.
 */
export function createShapes(): Shapes {
  const templates = new Map<string, Cluster>();
  const groups = new Map<string, Cluster[]>();
  let clusters = 0;
  let others = 0;

  function add(line: string): void {
    const tokens = tokenise(line);
    const template = templateOf(tokens);
    const known = templates.get(template);
    if (known !== undefined) {
      note(known, tokens, line);
      return;
    }
    const key = tokens.separators.join('\u0001');
    let group = groups.get(key);
    if (group === undefined) {
      group = [];
      groups.set(key, group);
    }
    let cluster = nearest(group, tokens);
    if (cluster === undefined) {
      if (clusters >= mostShapes || group.length >= mostInGroup) {
        others++;
        return;
      }
      cluster = clusterOf(tokens);
      group.push(cluster);
      clusters++;
    }
    if (templates.size >= mostTemplates) templates.clear();
    templates.set(template, cluster);
    note(cluster, tokens, line);
  }

  return {
    add,
    others: () => others,
    list: () =>
      [...groups.values()]
        .flatMap(joined)
        .sort((a, b) => b.count - a.count)
        .map(({ separators, slots, count, examples }) => ({
          separators,
          count,
          examples,
          slots: slots.map(({ kind, fixed, values }) =>
            fixed ? { fixed: values[0] ?? '' } : { kind, values },
          ),
        })),
  };
}

const templateOf = ({ slots, separators }: Tokens): string =>
  slots.map(({ kind, text }, i) => `${separators[i]}\u0001${kind === 'word' ? text : kind}`).join('\u0002') +
  (separators.at(-1) ?? '');

const clusterOf = ({ slots, separators }: Tokens): Cluster => ({
  separators,
  slots: slots.map(({ kind, text }) => ({ kind, fixed: kind === 'word', values: [text] })),
  count: 0,
  examples: [],
});

function nearest(group: readonly Cluster[], { slots }: Tokens): Cluster | undefined {
  let best: Cluster | undefined;
  let most = -1;
  for (const cluster of group) {
    const common = commonWords(cluster, slots);
    if (common > most) [best, most] = [cluster, common];
  }
  return most >= alike ? best : undefined;
}

/** Share of the fixed words that are the same; -1 where other parts are of other kinds. */
function commonWords({ slots: own }: Cluster, slots: readonly Slot[]): number {
  let same = 0;
  let words = 0;
  for (let i = 0; i < own.length; i++) {
    const { fixed, kind, values } = own[i] as ClusterSlot;
    const other = slots[i] as Slot;
    if (!fixed) {
      if (kind !== other.kind && !vary(kind, other.kind)) return -1;
      continue;
    }
    words++;
    if (values[0] === other.text) same++;
    else if (other.kind !== 'word' && other.kind !== 'id') return -1;
  }
  return words === 0 ? 1 : same / words;
}

/** Names are words with digits and without, and paths may be one. */
const names = new Set<Kind>(['word', 'value', 'id', 'domain', 'number', 'hex']);
const vary = (a: Kind, b: Kind): boolean => names.has(a) && names.has(b);

function note(cluster: Cluster, { slots }: Tokens, line: string): void {
  cluster.count++;
  if (cluster.examples.length < mostExamples && line.length <= longestExample) cluster.examples.push(line);
  for (let i = 0; i < slots.length; i++) {
    const own = cluster.slots[i] as ClusterSlot;
    const { kind, text } = slots[i] as Slot;
    if (own.fixed && own.values[0] !== text) own.fixed = false;
    if (own.kind !== kind) own.kind = own.kind === 'word' || kind === 'word' ? 'word' : 'value';
    if (!own.fixed && own.values.length < mostValues && !own.values.includes(text))
      own.values.push(text.length > 200 ? text.slice(0, 200) : text);
  }
}

/** Joins shapes of a group that differ in one word only, where many do: a name stood there. */
function joined(group: readonly Cluster[]): Cluster[] {
  let clusters = [...group];
  const width = clusters[0]?.slots.length ?? 0;
  for (let place = 0; place < width && clusters.length > mostForms; place++) {
    const byRest = new Map<string, Cluster[]>();
    for (const cluster of clusters) {
      const rest = cluster.slots
        .map(({ fixed, values, kind }, i) => (i === place ? '' : fixed ? values[0] : `\u0001${kind}`))
        .join('\u0002');
      const same = byRest.get(rest);
      if (same === undefined) byRest.set(rest, [cluster]);
      else same.push(cluster);
    }
    clusters = [...byRest.values()].flatMap((same) => (same.length > mostForms ? [merged(same)] : same));
  }
  return clusters;
}

function merged(clusters: readonly Cluster[]): Cluster {
  const [first] = clusters as [Cluster, ...Cluster[]];
  const values = (place: number) => [...new Set(clusters.flatMap(({ slots }) => slots[place]?.values ?? []))];
  return {
    separators: first.separators,
    count: clusters.reduce((sum, { count }) => sum + count, 0),
    examples: clusters.flatMap(({ examples }) => examples.slice(0, 1)).slice(0, mostExamples),
    slots: first.slots.map(({ kind }, place) => ({
      kind,
      fixed: clusters.every(
        ({ slots }) => slots[place]?.fixed && slots[place]?.values[0] === first.slots[place]?.values[0],
      ),
      values: values(place).slice(0, mostValues),
    })),
  };
}
