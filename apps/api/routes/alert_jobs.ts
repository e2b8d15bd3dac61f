import type { AlertJob, Scope } from '@tidewatch/store';
import { z } from 'zod';
import type { AlertJobDesk } from '../alert_job_desk.ts';
import { errors } from '../errors.ts';
import { parseQuery } from '../kql.ts';
import { resolveRange } from '../range.ts';
import { type Route, route } from '../route.ts';
import * as schemas from '../schemas/alert_jobs.ts';
import { mayWork, triagers } from '../security/scope.ts';
import { changeOf, checkAssignee } from './alerts.ts';

const changers = { kind: 'session', roles: triagers, orAdminToken: true } as const;
const byId = z.object({ id: z.string().max(64) });

type Filter = z.output<typeof schemas.alertJobBody>['filter'];

/** @throws TIME_INVALID, RANGE_EMPTY, KQL_SYNTAX */
const toFilter = ({ q = '', ...times }: Filter, now: number) => ({
  ...parseQuery(q),
  text: q,
  range: resolveRange(times, now),
});

function known(outcome: AlertJob | 'unknown' | 'refused', id: string, refusal: () => Error): AlertJob {
  if (outcome === 'unknown') throw errors.ALERT_JOB_UNKNOWN({ id });
  if (outcome === 'refused') throw refusal();
  return outcome;
}

async function ownJob(id: string, scope: Scope, jobs: Pick<AlertJobDesk, 'get'>): Promise<AlertJob> {
  const job = await jobs.get(id);
  if (job === undefined || !mayWork(job, scope)) throw errors.ALERT_JOB_UNKNOWN({ id });
  return job;
}

/** Changes of all alerts that a query finds: who may change one may change all that they see. */
export const alertJobRoutes: readonly Route[] = [
  route({
    name: 'alerts.job_preview',
    method: 'POST',
    url: '/api/alerts/jobs/preview',
    summary: 'How many alerts a job would reach',
    policy: changers,
    audit: 'read',
    schemas: { body: schemas.alertJobPreviewBody, answer: schemas.alertJobPreview },
    handle: async ({ body, scope, now }, { alerts }) => ({
      total: await alerts.count(toFilter(body.filter, now), scope),
    }),
  }),
  route({
    name: 'alerts.job_start',
    method: 'POST',
    url: '/api/alerts/jobs',
    summary: 'Acknowledge, assign, close, reopen or note all alerts that a query finds now',
    policy: changers,
    audit: 'change',
    status: 202,
    schemas: { body: schemas.alertJobBody, answer: schemas.alertJob },
    handle: async ({ body: { filter, action, why, retry }, scope, now }, api) => {
      await checkAssignee(action, api);
      return api.alertJobs.start({
        ...{ filter: toFilter(filter, now), action, scope },
        ...(why === undefined ? {} : { why }),
        ...(retry === undefined ? {} : { id: changeOf(scope.principal, retry) }),
      });
    },
  }),
  route({
    name: 'alerts.jobs',
    method: 'GET',
    url: '/api/alerts/jobs',
    summary: 'Changes of many alerts, newest first',
    policy: changers,
    audit: 'read',
    schemas: { answer: schemas.alertJobs },
    handle: async ({ scope }, { alertJobs }) => ({
      jobs: (await alertJobs.list()).filter((job) => mayWork(job, scope)),
    }),
  }),
  route({
    name: 'alerts.job_get',
    method: 'GET',
    url: '/api/alerts/jobs/:id',
    summary: 'How far a change of many alerts is',
    policy: changers,
    audit: 'own',
    schemas: { params: byId, answer: schemas.alertJob },
    handle: ({ params: { id }, scope }, { alertJobs }) => ownJob(id, scope, alertJobs),
  }),
  route({
    name: 'alerts.job_undo',
    method: 'POST',
    url: '/api/alerts/jobs/:id/undo',
    summary: 'Take back what a job changed, where nobody changed it since',
    policy: changers,
    audit: 'change',
    status: 202,
    schemas: { params: byId, answer: schemas.alertJob },
    handle: async ({ params: { id }, scope }, { alertJobs }) => {
      await ownJob(id, scope, alertJobs);
      return known(await alertJobs.undo(id, scope.principal), id, () =>
        errors.ALERT_JOB_NOT_UNDOABLE({ id }),
      );
    },
  }),
  route({
    name: 'alerts.job_cancel',
    method: 'DELETE',
    url: '/api/alerts/jobs/:id',
    summary: 'End a change of many alerts after those in hand',
    policy: changers,
    audit: 'change',
    status: 202,
    schemas: { params: byId, answer: schemas.alertJob },
    handle: async ({ params: { id }, scope }, { alertJobs }) => {
      await ownJob(id, scope, alertJobs);
      return known(await alertJobs.cancel(id), id, () => errors.ALERT_JOB_ENDED({ id }));
    },
  }),
];
