import { type Match, verdicts } from '@tidewatch/event';
import { parseKql } from '@tidewatch/query';
import type { AlertStore, Scope } from '@tidewatch/store';

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
  alerts: Pick<AlertStore, 'search' | 'get'>,
  from: number,
  scope: Scope,
): Promise<ReadonlyMap<string, Verdict>> {
  if (!closed.ok) throw new Error(closed.error.message);
  const found = new Map<string, Verdict>();
  for (let after: string | undefined; ; ) {
    const page = await alerts.search(
      {
        query: closed.ast,
        range: { from, to: Number.MAX_SAFE_INTEGER },
        sort: 'newest',
        limit: 1_000,
        ...(after === undefined ? {} : { after }),
      },
      scope,
    );
    for (const { id } of page.items) {
      const alert = await alerts.get(id, scope);
      const verdict =
        alert?.status === 'closed' && alert.reason !== null ? verdicts[alert.reason] : undefined;
      if (alert === undefined || verdict === undefined) continue;
      for (const event of alert.matches.flatMap(eventsOf))
        if (found.get(event) !== 1) found.set(event, verdict);
    }
    if (page.next === undefined) return found;
    after = page.next;
  }
}

const eventsOf = ({ event, explanation }: Match): readonly string[] =>
  explanation.engine === 'correlation' ? explanation.sample.map(({ id }) => id) : [event.event.id];
