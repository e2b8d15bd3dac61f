import type { EventMatch } from '@tidewatch/event';
import { type Credit, creditOf } from '@tidewatch/sigma';
import type { RuleInfo } from './protocol.ts';

/** Of what a rule finds differently so much is shown; less where there are many rules. */
const sampleSize = 10;
const fewRules = 200;
const sampleSizeOfMany = 3;

export interface Found {
  readonly matches: number;
  readonly alerts: number;
}

type Sample = Pick<Sighting, 'event' | 'time' | 'key'> & { readonly only: 'before' | 'after' };

/** What one rule finds, before and after. */
export interface BacktestedRule extends Credit {
  readonly id: string;
  readonly title: string;
  readonly level: RuleInfo['level'];
  /** It makes no alerts of its own, since correlations build on it. */
  readonly silent: boolean;
  readonly before: Found;
  readonly after: Found;
  /** Alerts of after that are none of before, and the other way round. */
  readonly gained: number;
  readonly lost: number;
  /** What is found after and not before, or before and not after, earliest first; epoch milliseconds. */
  readonly samples: readonly Sample[];
}

/** Something that a rule found on one side. */
export interface Sighting {
  readonly rule: string;
  /** The same on both sides where both find it. */
  readonly id: string;
  /** Id of the event; of a correlation, of its finding. */
  readonly event: string;
  readonly time: number;
  readonly key: EventMatch['key'];
}

/** What one rule found on one side. */
export interface Tally {
  readonly info: RuleInfo;
  matches: number;
  readonly alerts: Set<string>;
}

/** Compares what two sides find while both go through the same events, and keeps no more than it shows. */
export interface Comparison {
  /** What both found in the same events. */
  note(before: readonly Sighting[], after: readonly Sighting[]): void;
  rules(before: ReadonlyMap<string, Tally>, after: ReadonlyMap<string, Tally>): BacktestedRule[];
}

export function createComparison(): Comparison {
  const samples = new Map<string, Sample[]>();

  function add(only: Sample['only'], sightings: readonly Sighting[], others: ReadonlySet<string>): void {
    for (const { rule, id, event, time, key } of sightings) {
      if (others.has(`${rule} ${id}`)) continue;
      const known = samples.get(rule) ?? [];
      samples.set(rule, known);
      if (known.filter((each) => each.only === only).length < sampleSize)
        known.push({ only, event, time, key });
    }
  }

  return {
    note(before, after) {
      const [old, now] = [before, after].map((side) => new Set(side.map(({ rule, id }) => `${rule} ${id}`)));
      add('after', after, old as Set<string>);
      add('before', before, now as Set<string>);
    },
    rules(before, after) {
      // Where both have a rule, the one that is tried says what it is called.
      const all = [...new Map([...before, ...after])];
      const size = all.length > fewRules ? sampleSizeOfMany : sampleSize;
      return all.map(([id, { info }]) => {
        const [old, now] = [before.get(id), after.get(id)];
        const { title, level, silent = false } = info;
        return {
          id,
          title,
          level,
          ...creditOf(info),
          silent,
          before: foundBy(old),
          after: foundBy(now),
          gained: without(now, old),
          lost: without(old, now),
          samples: (samples.get(id) ?? []).sort((a, b) => a.time - b.time).slice(0, size),
        };
      });
    },
  };
}

const foundBy = (tally: Tally | undefined): Found => ({
  matches: tally?.matches ?? 0,
  alerts: tally?.alerts.size ?? 0,
});

function without(tally: Tally | undefined, other: Tally | undefined): number {
  let count = 0;
  for (const id of tally?.alerts ?? []) if (!other?.alerts.has(id)) count++;
  return count;
}
