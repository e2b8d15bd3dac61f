import { type QueryClient, useQuery } from '@tanstack/react-query';
import type { AlertJob, AlertJobs } from '@tidewatch/api/schemas';
import { isEnded } from '../view/alert-job.ts';
import type { AlertAction, AlertFilter } from './alerts.ts';
import { change, get } from './client.ts';
import { decide, newRetry } from './decisions.ts';

const queryKey = ['alert-jobs'];

/** Asked again while one is under way; `wanted` is false for those who may not change alerts. */
export const useAlertJobs = (wanted: boolean) =>
  useQuery({
    queryKey,
    queryFn: ({ signal }) => get<AlertJobs>('/api/alerts/jobs', {}, signal),
    enabled: wanted,
    refetchInterval: ({ state: { data } }) => (data?.jobs.every(isEnded) === false ? 500 : false),
  });

async function begin(client: QueryClient, asked: Promise<AlertJob>): Promise<AlertJob> {
  const job = await asked;
  client.setQueryData<AlertJobs>(queryKey, (data) => ({
    jobs: [job, ...(data?.jobs ?? []).filter(({ id }) => id !== job.id)],
  }));
  return job;
}

/** Changes all alerts that the filter finds; `useAlertJobs` tells how far it is. */
export function startJob(client: QueryClient, filter: AlertFilter, action: AlertAction): Promise<AlertJob> {
  const retry = newRetry();
  return begin(client, decide<AlertJob>(retry, '/api/alerts/jobs', { filter, action, retry }));
}

export const undoJob = (client: QueryClient, id: string): Promise<AlertJob> =>
  begin(client, decide<AlertJob>(`undo ${id}`, `/api/alerts/jobs/${encodeURIComponent(id)}/undo`, {}));

export const cancelJob = (client: QueryClient, id: string): Promise<AlertJob> =>
  begin(client, change<AlertJob>('DELETE', `/api/alerts/jobs/${encodeURIComponent(id)}`));
