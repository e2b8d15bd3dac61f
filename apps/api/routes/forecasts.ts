import { z } from 'zod';
import { errors } from '../errors.ts';
import { resolveTime } from '../range.ts';
import { everyone, type Route, route } from '../route.ts';
import * as schemas from '../schemas/forecasts.ts';
import { time } from '../schemas/primitives.ts';

const policy = { kind: 'session', roles: everyone, orAdminToken: true } as const;
const responders = { ...policy, roles: ['analyst', 'engineer', 'admin'] } as const;
const bySeries = z.object({ name: z.string().min(1).max(500) });

export const forecastRoutes: readonly Route[] = [
  route({
    name: 'forecasts.list',
    method: 'GET',
    url: '/api/forecasts',
    summary:
      'Every series that is forecast: what was expected, how far off it is, and how good forecasts were',
    policy,
    audit: 'own',
    schemas: { answer: schemas.forecastList },
    handle: async (_call, { forecasts }) =>
      forecasts?.list() ?? { at: null, runs: false, series: [], targets: [], leftOut: 0, maxSeries: 0 },
  }),
  route({
    name: 'forecasts.get',
    method: 'GET',
    url: '/api/forecasts/:name',
    summary: 'One series: what was, what was expected, and what is expected of the next day',
    policy,
    audit: 'own',
    schemas: {
      params: bySeries,
      query: z.object({
        from: time.default('now-24h'),
        points: z.coerce
          .number()
          .int()
          .min(10)
          .max(2_000)
          .default(720)
          .describe('About how many points of the past.'),
      }),
      answer: schemas.forecastDetail,
    },
    handle: async ({ params: { name }, query: { from, points }, now }, { forecasts }) => {
      const found = await forecasts?.get(name, resolveTime(from, now), points);
      if (found === undefined) throw errors.FORECAST_UNKNOWN({ name });
      return found;
    },
  }),
  route({
    name: 'forecasts.acknowledge',
    method: 'POST',
    url: '/api/forecasts/:name/acknowledge',
    summary: 'Take what is off of a series for its new level, from the first value on: somebody knows why',
    policy: responders,
    audit: 'change',
    schemas: { params: bySeries, answer: schemas.acknowledged },
    handle: async ({ params: { name } }, { forecasts }) => {
      const taken = await forecasts?.acknowledge(name);
      if (taken === undefined) throw errors.FORECAST_UNKNOWN({ name });
      if (!taken) throw errors.FORECAST_AS_EXPECTED({ name });
      return { name };
    },
  }),
];
