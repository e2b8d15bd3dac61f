import { type Definition, ungraded } from './definition.ts';
import type { WatchState } from './watch_state.ts';

/** How a detector stands, in one sentence; what it waits for where it says nothing yet. @param now epoch ms */
export function saysOf(
  definition: Pick<Definition, 'interval' | 'features'>,
  state: WatchState,
  now: number,
): string {
  const { events, newest, since, known, active, graded, furthest, leftOut } = state;
  if (newest === null) return `No event has matched its filter since ${iso(since)}.`;
  if (active === 0)
    return `No event matches its filter since ${iso(newest)}: ${known} entities are put aside.`;
  const left = leftOut === 0 ? '' : ` ${leftOut} events of entities beyond its limit were left out.`;
  if (graded === 0) {
    const needed = ungraded(definition) + 1;
    const when = iso(now + (needed - furthest) * definition.interval);
    return `Needs ${needed} intervals of an entity, the furthest has ${furthest}: the first grade is due about ${when}.${left}`;
  }
  const learning = active - graded;
  const rest = learning === 0 ? '' : `, ${learning} more are learnt`;
  return `Grades ${graded} of ${known} entities${rest}; ${events} events so far.${left}`;
}

const iso = (time: number): string => new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z');
