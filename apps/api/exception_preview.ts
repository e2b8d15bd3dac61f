import type { JsonObject } from '@tidewatch/event';
import type { AlertStore, Scope } from '@tidewatch/store';
import { alertPages, always } from './case_alerts.ts';
import { parseQuery } from './kql.ts';
import type { ExceptionPreview } from './schemas/index.ts';

/** Alerts whose events are looked at: each is read as a whole. */
const mostLookedAt = 1_000;
const readTogether = 25;

/**
 * Judges the newest alerts of some rules by the matches that are kept of each.
 *
 * @param hides whether an event that matched would not any more
 */
export async function previewOf(
  rules: readonly string[],
  hides: (event: JsonObject) => boolean,
  scope: Scope,
  alerts: Pick<AlertStore, 'search' | 'count' | 'get'>,
): Promise<ExceptionPreview> {
  const query = parseQuery(`rule.id: (${rules.map((id) => JSON.stringify(id)).join(' or ')})`);
  const found = { ...query, range: always };
  const counts = { looked: 0, hidden: 0, truePositives: 0, partly: 0, sampled: 0 };
  const total = await alerts.count(found, scope);
  for await (const page of alertPages(found, scope, alerts)) {
    const rows = page.slice(0, mostLookedAt - counts.looked);
    for (let at = 0; at < rows.length; at += readTogether) {
      const whole = await Promise.all(
        rows.slice(at, at + readTogether).map(({ id }) => alerts.get(id, scope)),
      );
      for (const alert of whole) {
        if (alert === undefined) continue;
        counts.looked++;
        const silent = alert.matches.filter(({ event }) => hides(event)).length;
        if (silent === 0) continue;
        if (silent < alert.matches.length) counts.partly++;
        else {
          counts.hidden++;
          if (alert.reason === 'true_positive') counts.truePositives++;
          if (alert.count > alert.matches.length) counts.sampled++;
        }
      }
    }
    if (rows.length < page.length || counts.looked >= mostLookedAt) break;
  }
  return { total, ...counts };
}
