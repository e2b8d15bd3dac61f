import { type CloseReason, type EcsEvent, getField, type Json } from '@tidewatch/event';
import { and, type KqlNode, parseKql } from '@tidewatch/query';
import type { AlertStore, EventStore, Scope, TimeRange } from '@tidewatch/store';
import type { z } from 'zod';
import type { DetectorPast } from './detector_desk.ts';
import { parseQuery } from './kql.ts';
import * as schemas from './schemas/detectors.ts';

type History = z.infer<typeof schemas.detectorHistory>;

/** Pages of results and of alerts that an effect is told of, at most. */
const mostPages = 20;
const pageSize = 1_000;

/** What finds the score documents of a detector. */
export function scoresOf(id: string): KqlNode {
  const own = parseKql(
    `event.dataset: "tidewatch.scores" and tidewatch.score.engine: forest and tidewatch.score.name: "${id}"`,
  );
  if (!own.ok) throw new Error(own.error.message);
  return own.ast;
}

/** Odd intervals that a detector has found, the newest first. @param asked.q KQL that they fit */
export async function historyOf(
  events: EventStore,
  asked: {
    readonly id: string;
    readonly range: TimeRange;
    readonly limit: number;
    readonly q?: string | undefined;
    readonly after?: string | undefined;
  },
  scope: Scope,
): Promise<History> {
  const { id, range, limit, q, after } = asked;
  const own = scoresOf(id);
  const { query } = parseQuery(q);
  const page = await events.search(
    {
      ...{ query: and(query === undefined ? [own] : [own, query]), range, sort: 'newest', limit },
      ...(after !== undefined && { after }),
    },
    scope,
  );
  return { items: page.items.flatMap(resultOf), ...(page.next !== undefined && { next: page.next }) };
}

/** What an effect is told of: results, and why alerts were closed; `complete` where there was no more in that time. */
export async function pastOf(
  { events, alerts }: { readonly events: EventStore; readonly alerts: Pick<AlertStore, 'search'> },
  id: string,
  range: TimeRange,
  scope: Scope,
): Promise<DetectorPast & { readonly complete: boolean }> {
  const results: History['items'] = [];
  let after: string | undefined;
  let complete = true;
  for (let page = 0; ; page++) {
    const { items, next } = await historyOf(events, { id, range, limit: pageSize, after }, scope);
    results.push(...items);
    after = next;
    if (after === undefined) break;
    if (page + 1 === mostPages) {
      complete = false;
      break;
    }
  }
  const closed = parseQuery(`engine: forest and rule.id: "${id}" and status: closed`);
  const verdicts = new Map<string, CloseReason>();
  after = undefined;
  for (let page = 0; ; page++) {
    const asked = { ...closed, range, sort: 'newest', limit: pageSize } as const;
    const found = await alerts.search({ ...asked, ...(after !== undefined && { after }) }, scope);
    for (const { id: alert, reason } of found.items) if (reason !== null) verdicts.set(alert, reason);
    after = found.next;
    if (after === undefined) break;
    if (page + 1 === mostPages) {
      complete = false;
      break;
    }
  }
  return { results, verdicts, complete };
}

const shown = schemas.detectorHistory.shape.items.element.omit({ id: true });

/** A score document as the result that it was made of; none of one that somebody else sent under the name. */
function resultOf(event: EcsEvent): z.infer<typeof schemas.detectorHistory>['items'] {
  const score = (path: string): Json | undefined => getField(event, `tidewatch.score.${path}`);
  const read = shown.safeParse({
    ...{ entity: entityIn(score('of')), from: score('from'), to: score('to'), score: score('value') },
    ...{ grade: score('grade'), confidence: score('confidence'), features: score('features') },
    ...(score('suppressed') !== undefined && { suppressed: score('suppressed') }),
  });
  return read.success ? [{ id: event.event.id, ...read.data }] : [];
}

/** What tells an interval from others begins with its entity. */
function entityIn(of: Json | undefined): unknown {
  try {
    return (JSON.parse(String(of)) as unknown[])[0];
  } catch {
    return undefined;
  }
}
