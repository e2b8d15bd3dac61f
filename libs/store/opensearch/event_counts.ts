import { type EcsEvent, isObject, isoTime, type Json, type JsonObject } from '@tidewatch/event';
import { compareCodePoints, type DslType, valuesAt } from '@tidewatch/query';
import { buckets } from '../buckets.ts';
import type { Bucket, Scope, TopValue, ValueOrder } from '../contract.ts';
import { errors } from '../errors.ts';
import type { OpenSearchConnection } from './client.ts';
import { butNot, type EventQuery, type Filter, lookAtEach, planQuery } from './event_query.ts';
import { searchIndices } from './read.ts';

/** A histogram's split shows this many values; the others are in the bucket's count alone. */
const maxSplitValues = 20;
/** OpenSearch makes 65,535 in one answer, splits included. */
const maxBuckets = 3_000;
/** Values that each shard names, so that what is frequent in all is not missed where it is rare in one. */
const valuesOfShard = 1_000;
/** Different values of a field that one answer tells of, where the rarest are asked for. */
const mostDifferent = 10_000;
/** Asked for beyond the limit, since answers are added up, and ties stand in another order here. */
const moreValues = 100;
/** What would be no text in an event's JSON, had it no quotes. */
const unquoted = /^(?:true|false|-?[0-9].*)$/;

type Ask = <T>(
  query: EventQuery,
  clause: JsonObject,
  aggs?: JsonObject,
) => Promise<{ total: number; found: T | undefined }>;

/** Counts of events; what the index cannot tell is looked at event by event. */
export function createEventCounts(connection: OpenSearchConnection, clock: () => number) {
  const ask: Ask = async (query, clause, aggs) => {
    const { hits, aggregations } = await searchIndices<never, never>(
      connection,
      query.indices,
      { query: clause, size: 0, track_total_hits: true, ...(aggs && { aggs }) },
      'counting events',
    );
    return { total: hits.total?.value ?? 0, found: aggregations };
  };
  const lookAtRest = (query: EventQuery, rest: JsonObject | undefined, onEvent: (event: EcsEvent) => void) =>
    rest === undefined ? Promise.resolve() : lookAtEach(connection, query, rest, onEvent);

  async function count(request: Filter, scope: Scope): Promise<number> {
    const plan = await planQuery(connection, request, scope, clock());
    const counts = await Promise.all(
      plan.map(async (query) => {
        let { total } = await ask(query, query.sure);
        await lookAtRest(query, restOf(query), () => total++);
        return total;
      }),
    );
    return counts.reduce((sum, one) => sum + one, 0);
  }

  /** Values with their counts, most frequent first or rarest first. */
  async function topValues(
    request: Filter,
    field: string,
    limit: number,
    scope: Scope,
    order: ValueOrder = 'frequent',
  ): Promise<TopValue[]> {
    const plan = await planQuery(connection, request, scope, clock(), [field]);
    const counts = new Map<string, number>();
    const add = (value: Json, more: number): void => {
      const text = JSON.stringify(value);
      counts.set(text, (counts.get(text) ?? 0) + more);
    };
    const parts = await Promise.all(
      plan.map(async (query) => {
        const type = query.layout.type(field);
        if (isNowhere(query, type)) return [];
        const { indexed, rest } = byIndex(query, field, type);
        await lookAtRest(query, rest, (event) => {
          for (const value of plainValues(event, field)) add(value, 1);
        });
        const counted = countedField(field, type);
        if (counted === undefined) return [];
        const { found } = await ask<ValueCounts>(
          query,
          indexed,
          valueCounts(counted, limit + moreValues, order),
        );
        return [{ query, indexed, type, values: found?.values.buckets ?? [] }];
      }),
    );
    const isWanted = order === 'rare' ? rarest(parts.flat(), counts, limit + moreValues) : () => true;
    await Promise.all(
      parts.flat().map(async ({ query, indexed, type, values }) => {
        const wanted = values.filter(({ key }) => isWanted(String(key)));
        const spelled = await spellings(query, indexed, field, type, wanted);
        for (const { key, doc_count } of wanted) add(spelled(key), doc_count);
      }),
    );
    const sign = order === 'rare' ? 1 : -1;
    return [...counts]
      .sort(([a, m], [b, n]) => sign * (m - n) || compareCodePoints(a, b))
      .slice(0, limit)
      .map(([text, count]) => ({ value: JSON.parse(text) as Json, count }));
  }

  async function histogram(
    request: Filter & { readonly stepMs: number; readonly split?: string },
    scope: Scope,
  ): Promise<Bucket[]> {
    const { range, stepMs, split } = request;
    if ((range.to - range.from) / stepMs > maxBuckets)
      throw errors.QUERY_TOO_WIDE({
        problem: `A histogram has at most ${maxBuckets} buckets: make them wider.`,
      });
    const top = split === undefined ? [] : await topValues(request, split, maxSplitValues, scope);
    const shown = new Set(top.map(({ value }) => textOf(value)));
    const total = new Map<number, number>();
    const shares = new Map<number, Record<string, number>>();
    const add = (start: number, more: number) => total.set(start, (total.get(start) ?? 0) + more);
    const addShare = (start: number, value: string, more: number): void => {
      const share: Record<string, number> = shares.get(start) ?? Object.create(null);
      share[value] = (share[value] ?? 0) + more;
      shares.set(start, share);
    };
    const plan = await planQuery(connection, request, scope, clock(), split === undefined ? [] : [split]);
    await Promise.all(
      plan.map(async (query) => {
        const type = split === undefined ? undefined : query.layout.type(split);
        const { indexed, rest } =
          split === undefined || isNowhere(query, type)
            ? { indexed: query.sure, rest: restOf(query) }
            : byIndex(query, split, type);
        const { found } = await ask<TimeCounts>(query, indexed, timeCounts(stepMs, split, type, shown));
        for (const { key, doc_count, values } of found?.times.buckets ?? []) {
          add(key, doc_count);
          for (const one of values?.buckets ?? []) {
            const text = String(one.key);
            if (shown.has(text)) addShare(key, text, one.doc_count);
          }
        }
        await lookAtRest(query, rest, (event) => {
          const start = Math.floor(isoTime(event['@timestamp']) / stepMs) * stepMs;
          add(start, 1);
          const texts = split === undefined ? [] : plainValues(event, split).map(textOf);
          for (const text of new Set(texts)) if (shown.has(text)) addShare(start, text, 1);
        });
      }),
    );
    return buckets(range, stepMs, (start) => ({
      start,
      count: total.get(start) ?? 0,
      ...(split !== undefined && { split: shares.get(start) ?? {} }),
    }));
  }

  /** To a keyword `7` and `"7"` are one: one event that has it says which it is. */
  async function spellings(
    query: EventQuery,
    clause: JsonObject,
    field: string,
    type: DslType | undefined,
    values: readonly { readonly key: string | number }[],
  ): Promise<(key: string | number) => Json> {
    const doubtful =
      type === 'keyword' ? values.map(({ key }) => String(key)).filter((key) => unquoted.test(key)) : [];
    if (doubtful.length === 0) return (key) => key;
    const filters = doubtful.map((key) => ({ term: { [field]: key } }));
    const sample = { top_hits: { size: 1, _source: { includes: [field] } } };
    const { found } = await ask<Samples>(query, clause, {
      values: { filters: { filters }, aggs: { sample } },
    });
    const events = found?.values.buckets.map((one) => one.sample.hits.hits[0]?._source) ?? [];
    const known = new Map(
      doubtful.map((key, i) => [
        key,
        valuesAt(events[i] ?? {}, field.split('.')).find((one) => String(one) === key),
      ]),
    );
    return (key) => known.get(String(key)) ?? key;
  }

  return { count, topValues, histogram };
}

interface ValueCount {
  readonly key: string | number;
  readonly doc_count: number;
}

interface ValueCounts {
  readonly values: { readonly buckets: readonly ValueCount[] };
}

interface Samples {
  readonly values: {
    readonly buckets: readonly {
      readonly sample: { readonly hits: { readonly hits: readonly { readonly _source: JsonObject }[] } };
    }[];
  };
}

interface TimeCounts {
  readonly times: {
    readonly buckets: readonly {
      readonly key: number;
      readonly doc_count: number;
      readonly values?: {
        readonly buckets: readonly {
          readonly key: string | number;
          readonly doc_count: number;
        }[];
      };
    }[];
  };
}

/** What is among `may` and not in `sure`; undefined where they are one. */
const restOf = ({ may, sure }: EventQuery): JsonObject | undefined =>
  may === sure ? undefined : butNot(may, sure);

/** Whether no event has plain values of a field. */
const isNowhere = ({ layout }: EventQuery, type: DslType | undefined): boolean =>
  type === 'object' || (type === undefined && !layout.hasUnindexed);

/** The events of which the index knows all values of a field, and those that must be looked at. */
function byIndex(query: EventQuery, field: string, type: DslType | undefined) {
  if (type === undefined) return { indexed: butNot(query.sure, { match_all: {} }), rest: query.may };
  const keyword = type === 'keyword' || type === 'address';
  const unindexed = { term: { _ignored: field } };
  const unknown = countedField(field, type) === undefined ? [unindexed, { exists: { field } }] : [unindexed];
  const indexed = keyword ? query.sure : butNot(query.sure, ...unknown);
  return { indexed, rest: indexed === query.may ? undefined : butNot(query.may, indexed) };
}

/** The field that holds a field's values as they are; undefined where none does. */
function countedField(field: string, type: DslType | undefined): string | undefined {
  if (type === 'address') return `${field}.text`;
  return type === 'keyword' || type === 'number' ? field : undefined;
}

function valueCounts(field: string, size: number, order: ValueOrder): JsonObject {
  const isRare = order === 'rare';
  // What is rare in one answer may be frequent in the next, so that each must tell of all.
  const most = isRare ? mostDifferent : size;
  return {
    values: {
      terms: {
        field,
        size: most,
        shard_size: Math.max(valuesOfShard, most),
        order: [{ _count: isRare ? 'asc' : 'desc' }, { _key: 'asc' }],
      },
    },
  };
}

/** Whether a value, as text, is among the rarest of all that was counted or looked at. */
function rarest(
  parts: readonly { readonly values: readonly ValueCount[] }[],
  looked: ReadonlyMap<string, number>,
  limit: number,
): (text: string) => boolean {
  const total = new Map<string, number>();
  const add = (text: string, more: number) => total.set(text, (total.get(text) ?? 0) + more);
  for (const [json, count] of looked) add(textOf(JSON.parse(json) as Json), count);
  for (const { key, doc_count } of parts.flatMap(({ values }) => values)) add(String(key), doc_count);
  const kept = [...total].sort(([, m], [, n]) => m - n).slice(0, limit);
  const texts = new Set(kept.map(([text]) => text));
  return (text) => texts.has(text);
}

function timeCounts(
  stepMs: number,
  split: string | undefined,
  type: DslType | undefined,
  shown: ReadonlySet<string>,
): JsonObject {
  const field = split === undefined ? undefined : countedField(split, type);
  const include = type === 'number' ? [...shown].map(Number).filter((one) => !Number.isNaN(one)) : [...shown];
  return {
    times: {
      date_histogram: { field: '@timestamp', fixed_interval: `${stepMs}ms`, min_doc_count: 1 },
      ...(field !== undefined &&
        include.length > 0 && {
          aggs: {
            values: { terms: { field, size: maxSplitValues, include } },
          },
        }),
    },
  };
}

/** The different plain values of a field. */
function plainValues(event: EcsEvent, field: string): Json[] {
  const values = valuesAt(event, field.split('.'));
  return [...new Set(values.filter((value) => value !== null && !isObject(value) && !Array.isArray(value)))];
}

const textOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
