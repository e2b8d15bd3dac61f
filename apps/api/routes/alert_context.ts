import type { Alert } from '@tidewatch/event';
import { addFilter } from '@tidewatch/query';
import type { Scope } from '@tidewatch/store';
import { z } from 'zod';
import { errors } from '../errors.ts';
import { parseQuery } from '../kql.ts';
import { prevalenceOf, tellingValues } from '../prevalence.ts';
import { type Api, everyone, type Route, route } from '../route.ts';
import * as schemas from '../schemas/alert_context.ts';

const policy = { kind: 'session', roles: everyone } as const;
const aroundMs = 15 * 60_000;
const mostFields = 3;
const shown = 3;
const params = z.object({ id: z.string().max(128) });

async function alertOf(id: string, scope: Scope, { alerts }: Pick<Api, 'alerts'>): Promise<Alert> {
  const alert = await alerts.get(id, scope);
  if (alert === undefined) throw errors.ALERT_UNKNOWN({ id });
  return alert;
}

/** What stands around one alert. */
export const alertContextRoutes: readonly Route[] = [
  route({
    name: 'alerts.related',
    method: 'GET',
    url: '/api/alerts/:id/related',
    summary: 'Alerts of the same entity and of the same rule, within 15 minutes of it',
    policy,
    audit: 'read',
    schemas: { params, answer: schemas.relatedAlerts },
    handle: async ({ params: { id }, scope }, api) => {
      const { first, last, key, detector } = await alertOf(id, scope, api);
      const range = { from: first - aroundMs, to: last + aroundMs };
      const shared = [...key.slice(0, mostFields), { field: 'rule.id', value: detector.id }];
      const groups = shared.map(async ({ field, value }) => {
        const query = addFilter('', field, value, 'only');
        const others = { ...parseQuery(addFilter(query, 'id', id, 'out')), range };
        const [page, total] = await Promise.all([
          api.alerts.search({ ...others, sort: 'newest', limit: shown }, scope),
          api.alerts.count(others, scope),
        ]);
        return { field, value, query, total, items: page.items };
      });
      return { ...range, groups: await Promise.all(groups) };
    },
  }),
  route({
    name: 'alerts.prevalence',
    method: 'GET',
    url: '/api/alerts/:id/prevalence',
    summary: 'How usual the values are that a match rests on: events, hosts and days of the last 30',
    policy,
    audit: 'read',
    schemas: { params, query: schemas.prevalenceQuery, answer: schemas.prevalence },
    handle: async ({ params: { id }, query: { match: wanted }, scope, now }, api) => {
      const alert = await alertOf(id, scope, api);
      const match =
        wanted === undefined ? alert.matches.at(-1) : alert.matches.find((one) => one.id === wanted);
      if (match === undefined) throw errors.MATCH_UNKNOWN({ id: wanted ?? '', alert: id });
      return prevalenceOf(tellingValues(alert, match), now, scope, api.events);
    },
  }),
];
