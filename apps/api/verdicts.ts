import { type Match, verdicts } from '@tidewatch/event';
import { parseKql } from '@tidewatch/query';
import type { AlertStore, Scope } from '@tidewatch/store';
import { alertPages } from './case_alerts.ts';

/** 1 for an attack, 0 for what was none. */
export type Verdict = 0 | 1;

const closed = parseKql(`status: closed and reason: (${Object.keys(verdicts).join(' or ')})`);

/**
 * What analysts decided about events, by event id: of alerts with a match since a time, those events that the alert keeps. Where
 * they decided both, it was an attack.
 *
 * @param from epoch milliseconds
 */
export async function verdictsOn(
  alerts: Pick<AlertStore, 'search' | 'getAll'>,
  from: number,
  scope: Scope,
): Promise<ReadonlyMap<string, Verdict>> {
  if (!closed.ok) throw new Error(closed.error.message);
  const found = new Map<string, Verdict>();
  const asked = { query: closed.ast, range: { from, to: Number.MAX_SAFE_INTEGER } };
  for await (const rows of alertPages(asked, scope, alerts)) {
    const ids = rows.map(({ id }) => id);
    for await (const some of alerts.getAll(ids, scope))
      for (const { status, reason, matches } of some) {
        const verdict = status === 'closed' && reason !== null ? verdicts[reason] : undefined;
        if (verdict === undefined) continue;
        for (const event of matches.flatMap(eventsOf)) if (found.get(event) !== 1) found.set(event, verdict);
      }
  }
  return found;
}

const eventsOf = ({ event, explanation }: Match): readonly string[] =>
  explanation.engine === 'correlation' ? explanation.sample.map(({ id }) => id) : [event.event.id];
