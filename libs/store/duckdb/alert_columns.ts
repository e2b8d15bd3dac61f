import { type AlertRow, type JsonObject, levels } from '@tidewatch/event';
import { columnDefinitions, type PromotedField, promote, withKeys } from './columns.ts';
import type { AppendRow } from './engine.ts';

const text = (path: string): PromotedField => ({ path, column: path.replaceAll('.', '_'), type: 'text' });

/** Fields of {@link alertDocument} that have a column. */
export const alertFields: readonly PromotedField[] = [
  ...['id', 'title', 'rule.id', 'rule.level', 'engine', 'status', 'reason', 'assignee', 'summary'].map(text),
  ...['host.name', 'user.name', 'message', 'event.original'].map(text),
  { path: 'count', column: 'matches_counted', type: 'number' },
];

export const alertTables = [
  `alerts(last_at BIGINT, bucket_end BIGINT, level_rank BIGINT, data_class VARCHAR, created_at BIGINT, finality VARCHAR, nested BOOLEAN, ${columnDefinitions(alertFields).join(', ')}, words VARCHAR, document JSON, alert VARCHAR)`,
  'matches(alert_id VARCHAR, key VARCHAR, line VARCHAR)',
  'changes(id VARCHAR, changed_at BIGINT, entries VARCHAR)',
  'paths(path VARCHAR)',
];

/** Where `nested` stands in a row of {@link alertRow}. */
export const nestedColumn = 6;

const fields = withKeys(alertFields);

/**
 * The row of an alert, in the order of the table's columns.
 *
 * @param document what queries see of it
 * @param kept what is read of it again
 */
export function alertRow(
  alert: AlertRow,
  document: JsonObject,
  kept: string,
  onPath: (path: string) => void,
): AppendRow {
  const { values, nested, text: words, json } = promote(document, fields, onPath);
  return [
    BigInt(alert.last),
    BigInt(alert.bucket.end),
    BigInt(levels.indexOf(alert.detector.level)),
    alert.dataClass,
    BigInt(alert.createdAt),
    alert.finality,
    nested,
    ...values,
    words,
    json,
    kept,
  ];
}
