import { type Alert, type AlertRow, type JsonObject, levels, type Match } from '@tidewatch/event';
import { alertDocument, decidedFields } from '../alert_document.ts';
import { finalityBy, type Watermarks } from './alert_watermarks.ts';

/** How much of an alert is searchable; less, where OpenSearch refuses what its event or its entity looks like. */
export const searchableParts = ['all', 'entity', 'own'] as const;
export type SearchableParts = (typeof searchableParts)[number];

export interface AlertRecord {
  readonly tidewatch_alert: {
    /** The alert but for its matches, which stood in it in the first layout. */
    readonly alert: string;
    readonly matches?: string;
    /** Names of the last writes. */
    readonly writes?: readonly string[];
    readonly finality: Alert['finality'];
  };
}

/** What is read of a record to have an alert as lists show it. */
export const rowSource = ['alert', 'finality'].map((name) => `tidewatch_alert.${name}`);

export function rowIn(
  { tidewatch_alert: { alert, finality } }: AlertRecord,
  confirmed: Watermarks,
): AlertRow {
  const row = JSON.parse(alert) as AlertRow;
  return { ...row, finality: finalityBy(finality, row, confirmed) };
}

/** As {@link rowIn} answers it, but for what records of the first layout hold. */
export function withoutEvidence(row: AlertRow & Partial<Pick<Alert, 'matches'>>): AlertRow {
  const { matches: _, ...rest } = row;
  return rest;
}

export function alertIn(record: AlertRecord, confirmed: Watermarks): Alert {
  const { matches } = record.tidewatch_alert;
  const row = rowIn(record, confirmed);
  return matches === undefined ? (row as Alert) : { ...row, matches: JSON.parse(matches) as Match[] };
}

/** How large the text of a record is, characters. */
export const sizeOf = ({ tidewatch_alert: { alert, matches = '' } }: AlertRecord): number =>
  alert.length + matches.length;

/** The record of an alert in its index: what queries see of it, and what only the store reads. */
export function alertRecord(alert: Alert, parts: SearchableParts, writes: readonly string[]): JsonObject {
  const searched: Alert = {
    ...alert,
    matches: parts === 'all' ? alert.matches : [],
    key: parts === 'own' ? alert.key.filter(({ field }) => mapped.has(field)) : alert.key,
  };
  const { matches, ...row } = alert;
  return {
    ...alertDocument(searched),
    tidewatch_alert: {
      alert: JSON.stringify(row),
      matches: JSON.stringify(matches),
      finality: alert.finality,
      data_class: alert.dataClass,
      level_rank: levels.indexOf(alert.detector.level),
      last: alert.last,
      bucket_end: alert.bucket.end,
      created: alert.createdAt,
      version: alert.version,
      writes: [...writes],
    },
  };
}

/** The record after a person's decision. */
export const decidedRecord = (
  row: AlertRow,
  writes: readonly string[],
  before: AlertRecord | undefined,
): JsonObject => ({
  ...before,
  ...decidedFields(row),
  tidewatch_alert: {
    ...before?.tidewatch_alert,
    ...{ alert: JSON.stringify(row), version: row.version, writes: [...writes] },
  },
});

/** Entities whose fields have their type from the start. */
const mapped: ReadonlySet<string> = new Set(['host.name', 'user.name']);
