import type { AlertRow, JsonObject } from '@tidewatch/event';
import { type AlertJob, type AlertJobStore, type ChosenAlert, createPart } from '../alert_jobs.ts';
import type { Scope } from '../contract.ts';
import { errors } from '../errors.ts';
import { alertChangeIndex, alertIndex } from './alert_index.ts';
import type { AlertFilter } from './alert_search.ts';
import { type AlertForm, alertRows, shownAlertRows } from './alert_write.ts';
import type { OpenSearchConnection } from './client.ts';
import { request } from './request.ts';

const what = 'changes of many alerts';
/** Alerts that are kept in one document. */
const partSize = 1_000;
/** How long the cluster keeps its view of the index between two pages. */
const scrollFor = '1m';

const pathOf = (id: string): string => `/${alertChangeIndex}/_doc/${encodeURIComponent(id)}`;
const jobPath = (id: string): string => pathOf(`job-${id}`);
const partPath = (id: string, part: number): string => pathOf(`part-${id}-${part}`);

interface Kept {
  readonly _source?: { readonly job?: string; readonly part?: string };
}

interface ScrollAnswer {
  readonly _scroll_id: string;
  readonly hits: {
    readonly hits: readonly {
      readonly _id: string;
      readonly fields?: Readonly<Record<string, readonly number[]>>;
    }[];
  };
}

/**
 * @param decideOn writes what becomes of alerts
 * @param condition as OpenSearch knows a request and its scope
 */
export function createAlertJobStore(
  connection: OpenSearchConnection,
  decideOn: (
    form: AlertForm<AlertRow>,
    ids: readonly string[],
    become: (row: AlertRow) => AlertRow | undefined,
  ) => Promise<unknown>,
  condition: (request: AlertFilter, scope: Scope) => Promise<JsonObject>,
  clock: () => number,
): AlertJobStore {
  async function read(path: string): Promise<Kept['_source']> {
    return (await request<Kept>(connection, { method: 'GET', path }, what, [404])).body._source;
  }

  async function get(id: string): Promise<AlertJob | undefined> {
    const job = (await read(jobPath(id)))?.job;
    return job === undefined ? undefined : (JSON.parse(job) as AlertJob);
  }

  return {
    async save(job) {
      const text = JSON.stringify(job);
      const querystring = { version: job.revision, version_type: 'external' };
      const body = { kind: 'job', created: job.createdAt, job: text };
      const params = { method: 'PUT', path: jobPath(job.id), querystring, body };
      const { status } = await request(connection, params, what, [409]);
      // Where the first answer was lost, it is our own that is newer.
      return status !== 409 || (await read(jobPath(job.id)))?.job === text;
    },

    get,

    async list(limit) {
      await request(connection, { method: 'POST', path: `/${alertChangeIndex}/_refresh` }, what);
      const query = { term: { kind: 'job' } };
      const body = { size: limit, query, sort: [{ created: 'desc' }], track_total_hits: false };
      const params = { method: 'POST', path: `/${alertChangeIndex}/_search`, body };
      const { body: answer } = await request<{ readonly hits: { readonly hits: readonly Kept[] } }>(
        connection,
        params,
        what,
      );
      return answer.hits.hits.flatMap(({ _source }) =>
        _source?.job === undefined ? [] : [JSON.parse(_source.job) as AlertJob],
      );
    },

    async choose(job, asked, scope, most) {
      const created = clock();
      let chosen = 0;
      for await (const part of snapshot(connection, await condition(asked, scope))) {
        const body = { kind: 'part', created, part: JSON.stringify(part) };
        const path = partPath(job, chosen / partSize);
        await request(connection, { method: 'PUT', path, body }, what);
        chosen += part.length;
        if (chosen > most)
          throw errors.QUERY_TOO_WIDE({
            problem: `Over ${most} alerts fit; narrow the query down, or the time.`,
          });
      }
      return chosen;
    },

    async chosen(job, from, limit) {
      const text = (await read(partPath(job, Math.floor(from / partSize))))?.part ?? '[]';
      const start = from % partSize;
      return (JSON.parse(text) as ChosenAlert[]).slice(start, start + limit);
    },

    async work(part) {
      const { ids, become, counts } = createPart(part, clock());
      // What is undone may have been done in the last second: where it is not seen yet, nothing would be written.
      await decideOn(part.job.task.verb === 'undo' ? alertRows : shownAlertRows, ids, become);
      return counts();
    },
  };
}

/** All alerts that a query finds, as they are at one moment (OpenSearch documentation, scroll), in parts. */
async function* snapshot(connection: OpenSearchConnection, query: JsonObject): AsyncGenerator<ChosenAlert[]> {
  const version = 'tidewatch_alert.version';
  const body = { size: partSize, query, sort: ['_doc'], _source: false, docvalue_fields: [version] };
  const begin = { method: 'POST', path: `/${alertIndex}/_search`, querystring: { scroll: scrollFor }, body };
  let { body: page } = await request<ScrollAnswer>(connection, begin, what);
  try {
    while (page.hits.hits.length > 0) {
      yield page.hits.hits.map(({ _id: id, fields }) => {
        const known = fields?.[version]?.[0];
        return known === undefined ? { id } : { id, version: known };
      });
      const next = { scroll: scrollFor, scroll_id: page._scroll_id };
      const params = { method: 'POST', path: '/_search/scroll', body: next };
      page = (await request<ScrollAnswer>(connection, params, what)).body;
    }
  } finally {
    const params = { method: 'DELETE', path: '/_search/scroll', body: { scroll_id: page._scroll_id } };
    await request(connection, params, what, [404]).catch(() => {});
  }
}
