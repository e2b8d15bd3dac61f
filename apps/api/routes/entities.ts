import type { AlertRow } from '@tidewatch/event';
import { addFilter } from '@tidewatch/query';
import type { AlertStore, Scope } from '@tidewatch/store';
import { alertPages } from '../case_alerts.ts';
import { halfLifeMs, levelPoints, riskCurve, riskOf, riskScore } from '../entity_risk.ts';
import { parseQuery } from '../kql.ts';
import { type Api, everyone, type Route, route } from '../route.ts';
import * as schemas from '../schemas/entities.ts';

const day = 86_400_000;
const curveDays = 7;
/** Twice as long as the curve: what is older counts less than a hundredth at its start. */
const alertDays = 2 * curveDays;
const mostAlerts = 10_000;
const mostParts = 200;

/** Where an event may name an address. */
const addressFields = ['source.ip', 'destination.ip', 'client.ip', 'server.ip', 'host.ip'];

const queryFor = (field: string, value: string): string =>
  (field === 'source.ip' ? addressFields : [field])
    .map((one) => addFilter('', one, value, 'only'))
    .join(' or ');

/** Hosts, users and addresses: how risky they are, and why. */
export const entityRoutes: readonly Route[] = [
  route({
    name: 'entities.get',
    method: 'GET',
    url: '/api/entity',
    summary: 'One host, user or address: its risk by its alerts, and when it was seen',
    policy: { kind: 'session', roles: everyone },
    audit: 'read',
    schemas: { query: schemas.entityQuery, answer: schemas.entity },
    handle: async ({ query: { field, value }, scope, now }, api) => {
      const query = queryFor(field, value);
      const [seen, { alerts, total }] = await Promise.all([
        sightings(query, now, scope, api.events),
        alertsOf(query, now, scope, api.alerts),
      ]);
      const parts = alerts
        .map((alert) => ({ alert, points: riskOf(alert, now) }))
        .sort((a, b) => b.points - a.points || b.alert.last - a.alert.last);
      const points = parts.reduce((sum, part) => sum + part.points, 0);
      return {
        ...{ field, value, query, ...seen },
        risk: {
          ...{ score: riskScore(points), points, halfLifeMs, levelPoints },
          curve: riskCurve(alerts, { from: now - curveDays * day, to: now }, curveDays * 24 + 1),
          parts: parts.slice(0, mostParts).map(({ alert, points }) => ({
            ...{ id: alert.id, title: alert.detector.title, level: alert.detector.level },
            ...{ status: alert.status, reason: alert.reason, last: alert.last, points },
          })),
          ...{ alerts: total, counted: alerts.length },
        },
      };
    },
  }),
];

async function sightings(query: string, now: number, scope: Scope, events: Api['events']) {
  const found = { ...parseQuery(query), range: { from: 0, to: now + day } };
  const [oldest, newest, count] = await Promise.all([
    events.search({ ...found, sort: 'oldest', limit: 1 }, scope),
    events.search({ ...found, sort: 'newest', limit: 1 }, scope),
    events.count(found, scope),
  ]);
  const timeOf = ({ items: [event] }: typeof oldest): number | null =>
    event === undefined ? null : Date.parse(event['@timestamp']);
  return { first: timeOf(oldest), last: timeOf(newest), events: count };
}

async function alertsOf(query: string, now: number, scope: Scope, store: AlertStore) {
  const found = { ...parseQuery(query), range: { from: now - alertDays * day, to: now + day } };
  const total = await store.count(found, scope);
  const alerts: AlertRow[] = [];
  for await (const rows of alertPages(found, scope, store)) {
    alerts.push(...rows);
    if (alerts.length >= mostAlerts) break;
  }
  return { alerts, total };
}
