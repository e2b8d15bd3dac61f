import { setImmediate as turn } from 'node:timers/promises';
import type { Alert, JsonObject } from '@tidewatch/event';
import type { AlertStore, Scope } from '@tidewatch/store';
import { always } from './case_alerts.ts';
import { parseQuery } from './kql.ts';
import type { ExceptionPreview } from './schemas/index.ts';

/** Alerts that are found together. */
const together = 1_000;
/** So long one answer takes, milliseconds; whoever asks goes on from there. */
const answerAfter = 1_000;
/** So long the event loop does nothing else, milliseconds. */
const atOnce = 5;

/** Of an exception: whether an event that matched would not any more, and where an answer before ended. */
interface Previewed {
  readonly rules: readonly string[];
  readonly hides: (event: JsonObject) => boolean;
  readonly after?: string | undefined;
}

/** Judges the alerts of some rules by the matches that are kept of each, newest first, as many as an answer has time for. */
export async function previewOf(
  { rules, hides, after }: Previewed,
  scope: Scope,
  alerts: Pick<AlertStore, 'search' | 'count' | 'getAll'>,
  longest = answerAfter,
): Promise<ExceptionPreview> {
  const query = parseQuery(`rule.id: (${rules.map((id) => JSON.stringify(id)).join(' or ')})`);
  const found = { ...query, range: always };
  const counts = { looked: 0, hidden: 0, truePositives: 0, partly: 0, sampled: 0 };
  const total = await alerts.count(found, scope);
  const started = performance.now();
  for (let next = after; ; ) {
    const page = await alerts.search(
      { ...found, sort: 'newest', limit: together, ...(next !== undefined && { after: next }) },
      scope,
    );
    const ids = page.items.map(({ id }) => id);
    for await (const some of alerts.getAll(ids, scope)) {
      let since = performance.now();
      for (const alert of some) {
        judge(alert, hides, counts);
        if (performance.now() - since < atOnce) continue;
        await turn();
        since = performance.now();
      }
    }
    next = page.next;
    if (next === undefined) return { total, ...counts };
    if (performance.now() - started >= longest) return { total, ...counts, next };
  }
}

function judge(
  alert: Alert,
  hides: Previewed['hides'],
  counts: Omit<{ -readonly [Key in keyof ExceptionPreview]: number }, 'total' | 'next'>,
): void {
  counts.looked++;
  const silent = alert.matches.filter(({ event }) => hides(event)).length;
  if (silent === 0) return;
  if (silent < alert.matches.length) {
    counts.partly++;
    return;
  }
  counts.hidden++;
  if (alert.reason === 'true_positive') counts.truePositives++;
  if (alert.count > alert.matches.length) counts.sampled++;
}
