import type { AlertRow } from '@tidewatch/api/schemas';
import { addFilter } from '@tidewatch/query';
import { composeQuery, type StatusView } from './alert-view.ts';
import type { FieldValue } from './value.ts';

/** The API groups by this many fields at once. */
export const mostGroupFields = 3;

/** Fields that alerts are grouped by most; any other that names something can be chosen from its values. */
export const groupFields: readonly { readonly field: string; readonly label: string }[] = [
  { field: 'title', label: 'Rule' },
  { field: 'rule.level', label: 'Severity' },
  { field: 'host.name', label: 'Host' },
  { field: 'user.name', label: 'User' },
  { field: 'source.ip', label: 'Source address' },
  { field: 'event.dataset', label: 'Data set' },
  { field: 'status', label: 'Status' },
  { field: 'assignee', label: 'Assignee' },
];

export const groupLabel = (field: string): string =>
  groupFields.find((one) => one.field === field)?.label ?? field;

/** With the field put in or taken out; the one that was there longest goes where there are too many. */
export const toggleGroup = (by: readonly string[], field: string): string[] =>
  by.includes(field) ? by.filter((one) => one !== field) : [...by, field].slice(-mostGroupFields);

/** What a row of the queue can be filtered and grouped by, its entity first. */
export const valuesOf = ({ key, detector, status, assignee }: AlertRow): FieldValue[] => [
  ...key,
  { field: 'title', value: detector.title },
  { field: 'rule.level', value: detector.level },
  { field: 'status', value: status },
  { field: 'assignee', value: assignee },
];

type Values = readonly (string | null)[];

/** A query narrowed to one group. */
export const inGroup = (q: string, by: readonly string[], values: Values): string =>
  by.reduce((query, field, i) => addFilter(query, field, values[i] ?? null, 'in'), q);

/** What all of some groups have, under the filter and the status view. */
export const inGroups = (
  q: string,
  status: StatusView,
  by: readonly string[],
  groups: readonly Values[],
): string =>
  composeQuery(addClause(q, groups.map((values) => `(${inGroup('', by, values)})`).join(' or ')), status)
    .text;

const addClause = (q: string, clause: string): string =>
  q.trim() === '' ? clause : `(${q}) and (${clause})`;

/** Names a group in the URL and in lists. */
export const groupId = (values: Values): string => JSON.stringify(values);
