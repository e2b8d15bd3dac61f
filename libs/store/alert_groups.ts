import { createHash } from 'node:crypto';
import { textFields } from '@tidewatch/query';
import type { AlertGroup, AlertGroupSearch } from './contract.ts';
import { errors } from './errors.ts';
import { decodeToken, encodeToken } from './page.ts';

const mostGroupFields = 3;
/** What is longer names nothing, and counts as no value. */
export const longestValue = 8_191;
/** A name as ECS writes it, or an entity's. */
const fieldName = /^[\w@-]{1,100}(?:\.[\w@-]{1,100}){0,15}$/;

/** @throws GROUP_FIELD for a field whose values are no names of anything, or whose name is none */
export function checkGroupFields(by: readonly string[]): void {
  if (by.length === 0 || by.length > mostGroupFields || new Set(by).size !== by.length)
    throw errors.GROUP_FIELD({ problem: `Group by one to ${mostGroupFields} different fields.` });
  const wrong = by.find((field) => !fieldName.test(field) || textFields.has(field) || isInner(field));
  if (wrong !== undefined)
    throw errors.GROUP_FIELD({
      problem: `Alerts are not grouped by ${JSON.stringify(wrong)}. Take a field that names something, such as rule.id, host.name or status.`,
    });
}

/** What only a store keeps beside an alert. */
const isInner = (field: string): boolean => /^(?:tidewatch_alert|tidewatch\.words)(?:\.|$)/.test(field);

/** Where a group stands: by its first sort key, its second, and then in an order that is only the same everywhere. */
export type GroupKey = readonly [number, number, string];

/** MD5 (RFC 1321) of the values, so that a token stays short; SQL makes the same. */
const tieOf = (values: AlertGroup['values']): string =>
  createHash('md5')
    .update(values.map((value) => (value === null ? '' : `+${value}`)).join('\u0001'))
    .digest('hex');

export const keyOfGroup = (
  { count, newest, values }: Pick<AlertGroup, 'count' | 'newest' | 'values'>,
  sort: AlertGroupSearch['sort'],
): GroupKey => (sort === 'count' ? [count, newest, tieOf(values)] : [newest, count, tieOf(values)]);

/** Whether one key stands before another: largest numbers first. */
export const standsBefore = (a: GroupKey, b: GroupKey): boolean =>
  a[0] !== b[0] ? a[0] > b[0] : a[1] !== b[1] ? a[1] > b[1] : a[2] < b[2];

/** @throws PAGE_TOKEN_INVALID */
export const groupsAfter = (token: string | undefined): GroupKey | undefined =>
  token === undefined
    ? undefined
    : (decodeToken(token, ['number', 'number', 'string']) as unknown as GroupKey);

/** A page of groups that stand in order, of which there may be one more than fit. */
export function pageOfGroups(
  groups: readonly AlertGroup[],
  { sort, limit }: Pick<AlertGroupSearch, 'sort' | 'limit'>,
): { readonly items: readonly AlertGroup[]; readonly next?: string } {
  const items = groups.slice(0, limit);
  const last = items.at(-1);
  if (groups.length <= limit || last === undefined) return { items };
  return { items, next: encodeToken(keyOfGroup(last, sort)) };
}
