import type { EcsEvent } from '@tidewatch/event';
import type { SigmaEngine, SigmaMiss } from '@tidewatch/sigma';

/** The event of a test that a rule came closest to matching; `event` counts from 1. */
export interface NearestMiss {
  readonly event: number;
  readonly miss: SigmaMiss;
}

/** The first of those events of which most of the rule's condition holds; undefined where it matches them all. */
export function nearestMiss(
  engine: SigmaEngine,
  rule: string,
  events: readonly { readonly event: EcsEvent }[],
): NearestMiss | undefined {
  let nearest: NearestMiss | undefined;
  events.forEach(({ event }, i) => {
    const miss = engine.explainMiss(event, rule);
    if (miss !== null && (nearest === undefined || nearness(miss) > nearness(nearest.miss)))
      nearest = { event: i + 1, miss };
  });
  return nearest;
}

/** From 0, where not even the log source fits, to 2, where only a filter is in the way. */
function nearness(miss: SigmaMiss): number {
  if (miss.reason === 'logsource') return 0;
  return miss.reason === 'filter' ? 2 : (1 + miss.held) / (1 + miss.asked);
}
