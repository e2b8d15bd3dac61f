import {
  type Alert,
  type AlertHistoryEntry,
  bucketStart,
  type EcsEvent,
  type EventMatch,
  joinAlert,
} from '@tidewatch/event';
import { alertId, eventId } from '@tidewatch/event/ids';
import type { AlertJob, AlertStore, EventStore, Scope, TimeRange } from '@tidewatch/store';
import type { AlertJobDesk } from './alert_job_desk.ts';

/** One host's failed logon, as the index role would store it. */
export function logonEvent(time: number, host = 'db-1'): EcsEvent {
  return {
    '@timestamp': new Date(time).toISOString(),
    event: { id: eventId({ kind: 'none' }), ingested: new Date(time).toISOString(), dataset: 'linux.auth' },
    tidewatch: { source: 'syslog', data_class: 'unapproved' },
    host: { name: host },
    message: `<script>alert(1)</script> failed password for root on ${host}`,
  };
}

export function logonMatch(time: number, host: string, offset: number): EventMatch {
  const event = logonEvent(time, host);
  return {
    id: `match-${offset}`,
    detector: { engine: 'sigma', id: 'rule-1', title: 'Failed password', level: 'high' },
    key: [{ field: 'host.name', value: host }],
    time,
    position: { partition: 0, offset },
    bucketMs: 3_600_000,
    dataClass: 'unapproved',
    event,
    explanation: {
      engine: 'sigma',
      condition: 'selection',
      items: [
        {
          selection: 'selection',
          field: 'message',
          modifiers: ['contains'],
          pattern: 'failed password',
          path: 'message',
          value: String(event.message),
          spans: [[26, 41]],
          line: 12,
        },
      ],
      absent: [],
    },
  };
}

const refuse = () => Promise.reject(new Error('not part of these tests'));
const sees = ({ dataClasses }: Scope, dataClass: string) =>
  dataClasses === 'all' || dataClasses.includes(dataClass);

/** Events in an array; queries are not evaluated, as that is tested with the stores. */
export function memoryEvents(events: readonly EcsEvent[]): EventStore {
  const within = ({ from, to }: { from: number; to: number }, scope: Scope) =>
    events.filter((event) => {
      const time = Date.parse(event['@timestamp']);
      return time >= from && time < to && sees(scope, event.tidewatch.data_class);
    });
  const search: EventStore['search'] = async ({ range, limit, after = '0' }, scope) => {
    const start = Number(after);
    const all = within(range, scope);
    const items = all.slice(start, start + limit);
    return start + limit < all.length ? { items, next: String(start + limit) } : { items };
  };
  return {
    search,
    documents: async (request, scope) => {
      const page = await search(request, scope);
      return { ...page, items: page.items.map((event) => JSON.stringify(event)) };
    },
    count: async ({ range }, scope) => within(range, scope).length,
    histogram: async ({ range, stepMs }, scope) => {
      const buckets = [];
      for (let start = bucketStart(range.from, stepMs); start < range.to; start += stepMs)
        buckets.push({ start, count: within({ from: start, to: start + stepMs }, scope).length });
      return buckets;
    },
    topValues: async ({ range }, scope) => [{ value: 'db-1', count: within(range, scope).length }],
    prevalence: async ({ queries, range }, scope) =>
      queries.map(() => ({ events: within(range, scope).length, hosts: 1, days: 1 })),
    get: async (id, scope) =>
      events.find(({ event, tidewatch }) => event.id === id && sees(scope, tidewatch.data_class)),
    fields: async () => ['@timestamp', 'host.name'],
    write: refuse,
    stats: refuse,
    expire: refuse,
    deleteClass: refuse,
    deletePartition: refuse,
    close: async () => {},
  };
}

/** Alerts in a map, changed as the contract says. */
export function memoryAlerts(matches: readonly EventMatch[]): AlertStore {
  const alerts = new Map<string, Alert>();
  const before = new Map<string, readonly Alert[]>();
  for (const match of matches) {
    const id = alertId(match.detector.id, match.key, bucketStart(match.time, match.bucketMs));
    alerts.set(id, joinAlert(alerts.get(id), match, id, match.time).alert);
  }
  const within = ({ from, to }: { from: number; to: number }, scope: Scope) =>
    [...alerts.values()].filter(({ last, dataClass }) => last >= from && last < to && sees(scope, dataClass));
  const entry = (by: string, action: AlertHistoryEntry['action']) => ({
    at: new Date().toISOString(),
    by,
    action,
  });
  return {
    search: async ({ range, limit }, scope) => ({ items: within(range, scope).slice(0, limit) }),
    count: async ({ range }, scope) => within(range, scope).length,
    histogram: async ({ range, stepMs }) => [
      { start: bucketStart(range.from, stepMs), count: 0, split: { high: 0 } },
    ],
    totals: async ({ range }, scope) =>
      within(range, scope).map(({ detector, status }) => ({ level: detector.level, status, count: 1 })),
    groups: async ({ range, by }, scope) => {
      const all = within(range, scope);
      const items = all.slice(0, 1).map(({ id, last, detector }) => ({
        ...{ values: by.map(() => null), count: all.length, level: detector.level, newest: last, first: id },
        ...{ levels: { [detector.level]: all.length }, statuses: { open: all.length } },
      }));
      return { items, total: items.length };
    },
    get: async (id, scope) => {
      const alert = alerts.get(id);
      return alert !== undefined && sees(scope, alert.dataClass) ? alert : undefined;
    },
    async *getAll(ids, scope) {
      yield ids.flatMap((id) => alerts.get(id) ?? []).filter((alert) => sees(scope, alert.dataClass));
    },
    change: async (ids, asked, scope, changeId = `change-${before.size}`) => {
      const { action } = asked;
      const by = scope.principal;
      const old = ids.flatMap(({ id, version }) => {
        const alert = alerts.get(id);
        if (alert === undefined || !sees(scope, alert.dataClass)) return [];
        return (version ?? alert.version) === alert.version ? [alert] : [];
      });
      const changed = old.map(
        (alert): Alert => ({
          ...alert,
          status: action === 'close' ? 'closed' : action === 'acknowledge' ? 'acknowledged' : alert.status,
          assignee:
            asked.action === 'acknowledge' ? by : asked.action === 'assign' ? asked.to : alert.assignee,
          history: [...alert.history, entry(by, 'acknowledged')],
          version: alert.version + 1,
        }),
      );
      for (const alert of changed) alerts.set(alert.id, alert);
      before.set(changeId, old);
      return {
        changeId,
        changed,
        conflicts: ids.map(({ id }) => id).filter((id) => !old.some((one) => one.id === id)),
      };
    },
    undo: async (changeId, scope) => {
      const seen = (before.get(changeId) ?? []).filter(({ dataClass }) => sees(scope, dataClass));
      const changed = seen.map(
        (alert): Alert => ({
          ...alert,
          history: [...alert.history, entry(scope.principal, 'undone')],
          version: alert.version + 2,
        }),
      );
      for (const alert of changed) alerts.set(alert.id, alert);
      return { changeId, changed, conflicts: [] };
    },
    apply: refuse,
    replace: refuse,
    jobs: {
      ...{ save: refuse, get: refuse, list: refuse, choose: refuse, chosen: refuse, work: refuse },
    },
    confirmUpTo: refuse,
    deleteClass: refuse,
    expire: refuse,
    close: async () => {},
  };
}

/** Changes of many alerts that are never begun. */
export function memoryJobs(): AlertJobDesk {
  const jobs = new Map<string, AlertJob>();
  const add = (task: AlertJob['task'], by: string, query: string, range: TimeRange): AlertJob => {
    const counts = { total: 0, done: 0, changed: 0, same: 0, conflicts: 0, gone: 0 };
    const times = { createdAt: 0, updatedAt: 0, leasedUntil: 0, revision: 1 };
    const id = `job-${jobs.size}`;
    const job = { id, task, by, query, range, state: 'selecting' as const, ...counts, ...times };
    jobs.set(id, job);
    return job;
  };
  return {
    start: async ({ filter: { text, range }, action, scope }) =>
      add({ verb: 'change', action }, scope.principal, text, range),
    undo: async (id, by) => {
      const job = jobs.get(id);
      if (job === undefined) return 'unknown';
      return job.finishedAt === undefined ? 'refused' : add({ verb: 'undo', job: id }, by, '', job.range);
    },
    list: async () => [...jobs.values()],
    get: async (id) => jobs.get(id),
    cancel: async (id) => {
      const job = jobs.get(id);
      if (job === undefined) return 'unknown';
      if (job.finishedAt !== undefined) return 'refused';
      const ended = { ...job, state: 'cancelled' as const, finishedAt: 1 };
      jobs.set(id, ended);
      return ended;
    },
  };
}
