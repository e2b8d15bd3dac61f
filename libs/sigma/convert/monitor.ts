import type { JsonObject, Level } from '@tidewatch/event';
import type { SigmaRule } from '../rule.ts';
import { toDsl } from './dsl.ts';
import type { Query } from './query.ts';

/** How urgent OpenSearch's alerting holds a finding: 1 is the most. */
const severities: Readonly<Record<Level, string>> = {
  critical: '1',
  high: '2',
  medium: '3',
  low: '4',
  informational: '5',
};

const every = 5;
/** Documents become visible some seconds after they are written; each run looks at minutes that are complete. */
const delay = 1;

/**
 * A monitor of OpenSearch's alerting plugin (`POST _plugins/_alerting/monitors`) that runs a rule's query every five
 * minutes over the documents ingested in five minutes, up to one minute ago, so that each is looked at once. It alerts
 * when any is found, without a notification: that needs a channel of the cluster's own.
 *
 * @param index pattern of the indices that are searched
 */
export function toMonitor(rule: SigmaRule, query: Query, index: string): JsonObject {
  const { title, level, id } = rule;
  const ingested = {
    gte: `{{period_end}}||-${every + delay}m`,
    lt: `{{period_end}}||-${delay}m`,
    format: 'epoch_millis',
  };
  return {
    type: 'monitor',
    monitor_type: 'query_level_monitor',
    name: title,
    enabled: true,
    schedule: { period: { interval: every, unit: 'MINUTES' } },
    inputs: [
      {
        search: {
          indices: [index],
          query: {
            size: 10,
            query: {
              bool: { filter: [{ range: { 'event.ingested': ingested } }, toDsl(query, id).query] },
            },
          },
        },
      },
    ],
    triggers: [
      {
        query_level_trigger: {
          name: `${title} (${level})`,
          severity: severities[level],
          condition: { script: { source: 'ctx.results[0].hits.total.value > 0', lang: 'painless' } },
          actions: [],
        },
      },
    ],
  };
}
