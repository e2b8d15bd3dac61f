import type { RegexTree } from './regex_tree.ts';

type Step =
  | { readonly type: 'char'; readonly char: number }
  | { readonly type: 'edge'; readonly at: '^' | '$' | '\\b' | '\\B' }
  | { readonly type: 'fork'; readonly to: readonly number[] }
  | { readonly type: 'found' };

/** What stands beside a place in a text. */
type Beside = 'edge' | 'word' | 'other';

/** Where a search may stand after the characters so far: steps, and what those characters ended with. */
interface State {
  readonly steps: readonly number[];
  readonly before: Beside;
  /** By kind of character. */
  readonly next: (State | 'found')[];
}

/** States and characters that are remembered; with more, the search forgets and goes on. */
const mostStates = 2_000;
const mostCharacters = 20_000;

/**
 * Whether a regex is found in a text, in time linear in the text, whatever the regex: all ways through it are followed at once
 * (Thompson, "Regular Expression Search Algorithm", 1968), and where they stand together is remembered as one state.
 */
export function regexMatcher(tree: RegexTree, ignoreCase: boolean): (text: string) => boolean {
  const { steps, chars } = program(tree);
  const tests = chars.map((source) => new RegExp(`^(?:${source})$`, ignoreCase ? 'sui' : 'su'));
  const hasEdges = steps.some(({ type }) => type === 'edge');
  /** Characters that pass the same tests, and lie alike beside an edge, are one kind. */
  const kindOf = new Map<number, number>();
  const kinds = new Map<string, number>();
  const kindPasses: (readonly boolean[])[] = [];
  const kindBeside: Beside[] = [];
  let states = new Map<string, State>();
  let start = stateOf([0], 'edge');

  function kind(code: number): number {
    const known = kindOf.get(code);
    if (known !== undefined) return known;
    if (kindOf.size > mostCharacters) kindOf.clear();
    const char = String.fromCodePoint(code);
    const passes = tests.map((test) => test.test(char));
    const beside = /^\w$/.test(char) ? 'word' : 'other';
    const key = passes.map(Number).join('') + (hasEdges ? beside : '');
    let found = kinds.get(key);
    if (found === undefined) {
      found = kindPasses.push(passes) - 1;
      kindBeside.push(beside);
      kinds.set(key, found);
    }
    kindOf.set(code, found);
    return found;
  }

  function stateOf(at: readonly number[], before: Beside): State {
    const key = `${at.join()} ${hasEdges ? before : ''}`;
    let state = states.get(key);
    if (state === undefined) {
      state = { steps: at, before, next: [] };
      states.set(key, state);
    }
    return state;
  }

  /** The steps that wait for a character, before what comes next; undefined where the regex is found already. */
  function waiting(state: State, after: Beside): readonly number[] | undefined {
    const seen = new Uint8Array(steps.length);
    const ahead = [...state.steps];
    const found: number[] = [];
    for (let at = ahead.pop(); at !== undefined; at = ahead.pop()) {
      if (seen[at] === 1) continue;
      seen[at] = 1;
      const step = steps[at] as Step;
      if (step.type === 'found') return undefined;
      if (step.type === 'char') found.push(at);
      else if (step.type === 'fork') ahead.push(...step.to);
      else if (holds(step.at, state.before, after)) ahead.push(at + 1);
    }
    return found;
  }

  function advance(state: State, by: number): State | 'found' {
    const beside = kindBeside[by] as Beside;
    const at = waiting(state, beside);
    if (at === undefined) return 'found';
    const passes = kindPasses[by] as readonly boolean[];
    // A search may begin at every character.
    const next = new Set([0]);
    for (const one of at) {
      const step = steps[one] as Step;
      if (step.type === 'char' && passes[step.char] === true) next.add(one + 1);
    }
    return stateOf(
      [...next].sort((a, b) => a - b),
      beside,
    );
  }

  return (text) => {
    let state = start;
    for (let i = 0; i < text.length; i++) {
      const code = text.codePointAt(i) as number;
      if (code > 0xffff) i++;
      const by = kind(code);
      const next = state.next[by] ?? advance(state, by);
      state.next[by] = next;
      if (next === 'found') return true;
      state = next;
      if (states.size > mostStates) {
        states = new Map();
        start = stateOf([0], 'edge');
        state = stateOf(state.steps, state.before);
      }
    }
    return waiting(state, 'edge') === undefined;
  };
}

/** RE2's words are ASCII, so these are. */
function holds(at: '^' | '$' | '\\b' | '\\B', before: Beside, after: Beside): boolean {
  if (at === '^') return before === 'edge';
  if (at === '$') return after === 'edge';
  const between = (before === 'word') !== (after === 'word');
  return between === (at === '\\b');
}

/** The regex as steps, each of which goes on to the next; its repetitions are written out. */
function program(tree: RegexTree) {
  const steps: Step[] = [];
  const chars: string[] = [];
  const numbers = new Map<string, number>();

  function write(one: RegexTree): void {
    switch (one.type) {
      case 'char': {
        let char = numbers.get(one.source);
        if (char === undefined) {
          char = chars.push(one.source) - 1;
          numbers.set(one.source, char);
        }
        steps.push({ type: 'char', char });
        return;
      }
      case 'edge':
        steps.push(one);
        return;
      case 'sequence':
        for (const part of one.of) write(part);
        return;
      case 'choice': {
        const to: number[] = [];
        const ends: number[][] = [];
        steps.push({ type: 'fork', to });
        for (const part of one.of) {
          to.push(steps.length);
          write(part);
          const end: number[] = [];
          steps.push({ type: 'fork', to: end });
          ends.push(end);
        }
        for (const end of ends) end.push(steps.length);
        return;
      }
      case 'repeat':
        repeat(one);
    }
  }

  function repeat({ of, least, most }: Extract<RegexTree, { type: 'repeat' }>): void {
    for (let i = 0; i < least; i++) write(of);
    if (most === Infinity) {
      const to = [steps.length + 1];
      steps.push({ type: 'fork', to });
      write(of);
      steps.push({ type: 'fork', to: [to[0] as number, steps.length + 1] });
      to.push(steps.length);
      return;
    }
    const skips: number[][] = [];
    for (let i = least; i < most; i++) {
      const to = [steps.length + 1];
      steps.push({ type: 'fork', to });
      skips.push(to);
      write(of);
    }
    for (const to of skips) to.push(steps.length);
  }

  write(tree);
  steps.push({ type: 'found' });
  return { steps, chars };
}
