import { type Alert, type JsonObject, levels } from '@tidewatch/event';
import { alertDocument } from '../alert_document.ts';

/** How much of an alert is searchable; less, where OpenSearch refuses what its event or its entity looks like. */
export const searchableParts = ['all', 'entity', 'own'] as const;
export type SearchableParts = (typeof searchableParts)[number];

interface AlertRecord {
  readonly tidewatch_alert: { readonly alert: string; readonly finality: Alert['finality'] };
}

/** What is read of a record to have its alert. */
export const alertSource = ['tidewatch_alert.alert', 'tidewatch_alert.finality'];

/** Confirming touches one field only, so that one is the truth about it. */
export const alertIn = ({ tidewatch_alert: { alert, finality } }: AlertRecord): Alert => ({
  ...(JSON.parse(alert) as Alert),
  finality,
});

/** The record of an alert in its index: what queries see of it, and what only the store reads. */
export function alertRecord(alert: Alert, parts: SearchableParts): JsonObject {
  const searched: Alert = {
    ...alert,
    matches: parts === 'all' ? alert.matches : [],
    key: parts === 'own' ? alert.key.filter(({ field }) => mapped.has(field)) : alert.key,
  };
  return {
    ...alertDocument(searched),
    tidewatch_alert: {
      alert: JSON.stringify(alert),
      finality: alert.finality,
      data_class: alert.dataClass,
      level_rank: levels.indexOf(alert.detector.level),
      last: alert.last,
      bucket_end: alert.bucket.end,
      created: alert.createdAt,
    },
  };
}

/** Entities whose fields have their type from the start. */
const mapped: ReadonlySet<string> = new Set(['host.name', 'user.name']);
