import { isObject, type Json, type JsonObject, type Level, levels, type Status } from '@tidewatch/event';
import { type DslType, valuesAt } from '@tidewatch/query';
import {
  checkGroupFields,
  type GroupKey,
  groupsAfter,
  keyOfGroup,
  longestValue,
  pageOfGroups,
  standsBefore,
} from '../alert_groups.ts';
import type { AlertGroup, AlertGroupSearch, AlertGroups } from '../contract.ts';
import { errors } from '../errors.ts';
import { alertIndex } from './alert_index.ts';
import { type AlertHits, countAlerts, readAll, searchAlerts } from './alert_search.ts';
import type { OpenSearchConnection } from './client.ts';
import { readLayouts } from './index_layout.ts';

/** Groups of one answer, some 10 ms to read; each answer counts all alerts again. */
const bucketsAtOnce = 4_000;
/** Alerts that are looked at one by one, since the index does not tell their values. */
const mostLookedAt = 50_000;

type Values = AlertGroup['values'];
/** A group before it is known which of its alerts stands first. */
interface Counted extends Pick<AlertGroup, 'values' | 'count' | 'newest'> {
  readonly rank: number;
  /** Of the alerts that were looked at one by one. */
  readonly first?: { readonly last: number; readonly id: string };
  readonly kinds?: Kinds;
}

type Kinds = Pick<AlertGroup, 'levels' | 'statuses'>;

interface GroupField {
  readonly name: string;
  /** What the index counts; undefined where it has no such field, or not the values of it. */
  readonly counted: string | undefined;
  readonly isNumber: boolean;
  /** Its values are in the documents alone. */
  readonly hidden: boolean;
}

/** Groups the alerts that a query finds. @throws GROUP_FIELD, PAGE_TOKEN_INVALID, QUERY_TOO_WIDE */
export async function groupAlerts(
  connection: OpenSearchConnection,
  query: JsonObject,
  request: AlertGroupSearch,
): Promise<AlertGroups> {
  const { by, sort, limit } = request;
  checkGroupFields(by);
  const after = groupsAfter(request.after);
  const [found] = await readLayouts(connection, alertIndex, by);
  const fields = by.map((name) => groupField(name, found?.layout.type(name)));
  const unclear = unclearIn(fields);
  const indexed = unclear === undefined ? query : { bool: { filter: [query], must_not: [unclear] } };
  const looked =
    unclear === undefined ? new Map<string, Counted>() : await lookAt(connection, query, unclear, by);
  const top: { readonly group: Counted; readonly key: GroupKey }[] = [];
  let total = 0;
  const consider = (group: Counted): void => {
    total++;
    const key = keyOfGroup(group, sort);
    if (after !== undefined && !standsBefore(after, key)) return;
    const at = top.findLastIndex((one) => standsBefore(one.key, key)) + 1;
    if (at > limit) return;
    top.splice(at, 0, { group, key });
    if (top.length > limit + 1) top.pop();
  };
  for await (const group of countedGroups(connection, indexed, fields)) {
    const name = JSON.stringify(group.values);
    const other = looked.get(name);
    looked.delete(name);
    consider(other === undefined ? group : together(group, other));
  }
  for (const group of looked.values()) consider(group);
  const groups = await withFirst(
    connection,
    indexed,
    fields,
    top.map(({ group }) => group),
  );
  return { ...pageOfGroups(groups, request), total };
}

function groupField(name: string, type: DslType | undefined): GroupField {
  const isNumber = type === 'number';
  if (type === undefined || type === 'object') return { name, counted: undefined, isNumber, hidden: false };
  if (type === 'address') return { name, counted: `${name}.text`, isNumber, hidden: false };
  const counted = type === 'keyword' || isNumber ? name : undefined;
  return { name, counted, isNumber, hidden: counted === undefined };
}

/** The alerts whose values the index does not tell: of another type than the field's, or of one that is not counted. */
function unclearIn(fields: readonly GroupField[]): JsonObject | undefined {
  const named = fields.filter(({ counted, hidden }) => counted !== undefined || hidden);
  if (named.length === 0) return undefined;
  const ignored = named.flatMap(({ name, counted }) => (counted === undefined ? [name] : [name, counted]));
  const should = [
    { terms: { _ignored: ignored } },
    ...named.flatMap(({ name, hidden }) => (hidden ? [{ exists: { field: name } }] : [])),
  ];
  return { bool: { should, minimum_should_match: 1 } };
}

async function lookAt(
  connection: OpenSearchConnection,
  query: JsonObject,
  unclear: JsonObject,
  by: readonly string[],
): Promise<Map<string, Counted>> {
  const these = { bool: { filter: [query, unclear] } };
  if ((await countAlerts(connection, these)) > mostLookedAt)
    throw errors.QUERY_TOO_WIDE({
      problem: `No index knows all values of ${by.join(', ')}, and over ${mostLookedAt} alerts would have to be looked at; narrow it down, or the time.`,
    });
  const groups = new Map<string, Counted>();
  const own = ['id', 'status', 'tidewatch_alert.last', 'tidewatch_alert.level_rank'];
  for await (const { _id: id, _source } of readAll(connection, these, { includes: [...by, ...own] })) {
    const { last, level_rank: rank } = _source.tidewatch_alert as { last: number; level_rank: number };
    for (const values of crossed(by.map((field) => textsAt(_source, field)))) {
      const kinds = { levels: { [levels[rank] as Level]: 1 }, statuses: { [_source.status as Status]: 1 } };
      const group = { values, count: 1, rank, newest: last, first: { last, id }, kinds };
      const name = JSON.stringify(values);
      const before = groups.get(name);
      groups.set(name, before === undefined ? group : together(before, group));
    }
  }
  return groups;
}

function textsAt(document: JsonObject, field: string): Values {
  const plain = valuesAt(document, field.split('.')).filter(
    (value: Json) => value !== null && !isObject(value) && !Array.isArray(value),
  );
  const spelled = plain.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  const texts = new Set(spelled.filter(({ length }) => length <= longestValue));
  return texts.size === 0 ? [null] : [...texts];
}

const crossed = (lists: readonly Values[]): Values[] =>
  lists.reduce<Values[]>((all, list) => all.flatMap((one) => list.map((value) => [...one, value])), [[]]);

function together(a: Counted, b: Counted): Counted {
  const first = [a.first, b.first].filter((one) => one !== undefined).sort(byNewest)[0];
  return {
    values: a.values,
    count: a.count + b.count,
    rank: Math.max(a.rank, b.rank),
    newest: Math.max(a.newest, b.newest),
    ...(first && { first }),
    kinds: sumOf(a.kinds, b.kinds),
  };
}

const sumOf = (a: Kinds | undefined, b: Kinds | undefined): Kinds => ({
  levels: addedUp([a?.levels, b?.levels]),
  statuses: addedUp([a?.statuses, b?.statuses]),
});

function addedUp(parts: readonly (Readonly<Record<string, number>> | undefined)[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const [name, count] of parts.flatMap((part) => Object.entries(part ?? {})))
    sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

const byNewest = (a: { last: number; id: string }, b: { last: number; id: string }): number =>
  b.last - a.last || (a.id < b.id ? 1 : -1);

interface Composite {
  readonly groups: {
    readonly after_key?: JsonObject;
    readonly buckets: readonly {
      readonly key: Readonly<Record<string, string | number | null>>;
      readonly doc_count: number;
      readonly rank: { readonly value: number };
      readonly newest: { readonly value: number };
    }[];
  };
}

/** Every group that the index knows, a few at a time. */
async function* countedGroups(
  connection: OpenSearchConnection,
  query: JsonObject,
  fields: readonly GroupField[],
): AsyncGenerator<Counted> {
  const sources: JsonObject[] = fields.flatMap(({ counted, isNumber }, i) =>
    counted === undefined
      ? []
      : [
          {
            [`v${i}`]: {
              terms: { ...(isNumber ? distinct(counted) : { field: counted }), missing_bucket: true },
            },
          },
        ],
  );
  // Of fields that nothing has there is one group, which has to have a name.
  if (sources.length === 0)
    sources.push({ none: { terms: { field: 'tidewatch_alert.none', missing_bucket: true } } });
  const aggs = {
    rank: { max: { field: 'tidewatch_alert.level_rank' } },
    newest: { max: { field: 'tidewatch_alert.last' } },
  };
  let after: JsonObject | undefined;
  do {
    const composite = { size: bucketsAtOnce, sources, ...(after && { after }) };
    const body = { size: 0, track_total_hits: false, query, aggs: { groups: { composite, aggs } } };
    const { groups } = (await searchAlerts<{ readonly aggregations: Composite }>(connection, body))
      .aggregations;
    for (const { key, doc_count: count, rank, newest } of groups.buckets) {
      const values = fields
        .map((_, i) => key[`v${i}`] ?? null)
        .map((one) => (one === null ? null : String(one)));
      yield { values, count, rank: rank.value, newest: newest.value };
    }
    after = groups.buckets.length < bucketsAtOnce ? undefined : groups.after_key;
  } while (after !== undefined);
}

/** A number that stands in an alert twice would be counted twice, as a keyword would not. */
const distinct = (field: string): JsonObject => ({
  script: {
    lang: 'painless',
    source: 'Set all = new HashSet(); for (def one : doc[params.field]) all.add(one.toString()); return all',
    params: { field },
  },
});

interface FirstHits {
  readonly groups: {
    readonly buckets: readonly {
      readonly first: AlertHits<never>;
      readonly levels: Terms;
      readonly statuses: Terms;
    }[];
  };
}

interface Terms {
  readonly buckets: readonly { readonly key: string; readonly doc_count: number }[];
}

const countsIn = ({ buckets }: Terms): Record<string, number> =>
  Object.fromEntries(buckets.map(({ key, doc_count: count }) => [key, count]));

async function withFirst(
  connection: OpenSearchConnection,
  query: JsonObject,
  fields: readonly GroupField[],
  groups: readonly Counted[],
): Promise<AlertGroup[]> {
  if (groups.length === 0) return [];
  const filters = groups.map(({ values }) => conditionOf(fields, values));
  const sort = [{ 'tidewatch_alert.last': 'desc' }, { id: 'desc' }];
  const aggs = {
    first: { top_hits: { size: 1, _source: false, sort } },
    levels: { terms: { field: 'rule.level' } },
    statuses: { terms: { field: 'status' } },
  };
  const body = { size: 0, track_total_hits: false, query, aggs: { groups: { filters: { filters }, aggs } } };
  const { aggregations } = await searchAlerts<{ readonly aggregations: FirstHits }>(connection, body);
  return groups.flatMap(({ values, count, rank, newest, first, kinds }, i): AlertGroup[] => {
    const bucket = aggregations.groups.buckets[i];
    const hit = bucket?.first.hits.hits[0];
    const indexed = hit && { last: hit.sort[0] as number, id: hit._id };
    const [newestOne] = [indexed, first].filter((one) => one !== undefined).sort(byNewest);
    // Its alerts were deleted in between.
    if (newestOne === undefined) return [];
    const indexedKinds = bucket && { levels: countsIn(bucket.levels), statuses: countsIn(bucket.statuses) };
    const both = sumOf(indexedKinds, kinds);
    return [{ values, count, level: levels[rank] as Level, ...both, newest, first: newestOne.id }];
  });
}

function conditionOf(fields: readonly GroupField[], values: Values): JsonObject {
  const clauses = fields.map(({ counted, isNumber }, i): JsonObject => {
    const value = values[i] ?? null;
    // What the index does not know has none of those values there.
    if (counted === undefined) return value === null ? { match_all: {} } : { match_none: {} };
    if (isNumber && value !== null && !Number.isFinite(Number(value))) return { match_none: {} };
    return value === null
      ? { bool: { must_not: [{ exists: { field: counted } }] } }
      : { term: { [counted]: value } };
  });
  return { bool: { filter: clauses } };
}
