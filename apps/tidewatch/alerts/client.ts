import type {
  AlertGroups,
  AlertJob,
  AlertJobBody,
  AlertJobPreview,
  AlertJobs,
  AlertPage,
  AlertRow,
} from '@tidewatch/api/schemas';
import { askServer } from '../server/ask.ts';

/** What the command line chooses alerts by, as the API's query has it. */
export type AskedFilter = Readonly<Partial<Record<'q' | 'from' | 'to', string>>>;

export interface AlertClient {
  /** The first alerts that fit, at most `limit`, and how many fit. */
  list(filter: AskedFilter, sort: string, limit: number): Promise<{ items: AlertRow[]; total: number }>;
  groups(filter: AskedFilter, by: string, sort: string, limit: number): Promise<AlertGroups>;
  preview(filter: AskedFilter): Promise<number>;
  start(body: AlertJobBody): Promise<AlertJob>;
  undo(job: string): Promise<AlertJob>;
  cancel(job: string): Promise<AlertJob>;
  job(id: string): Promise<AlertJob>;
  jobs(): Promise<AlertJobs['jobs']>;
}

/**
 * Asks the server that runs on the data folder, with its own admin token.
 *
 * @throws NOT_RUNNING, SERVER_REFUSED
 */
export async function alertClient(data: string): Promise<AlertClient> {
  const ask = await askServer(data);
  const jobPath = (id: string): string => `/alerts/jobs/${encodeURIComponent(id)}`;
  return {
    async list(filter, sort, limit) {
      const items: AlertRow[] = [];
      for (let after: string | undefined; ; ) {
        const asked = { ...filter, sort, limit: String(Math.min(1_000, limit - items.length)) };
        const query = new URLSearchParams(after === undefined ? asked : { ...asked, after });
        const page = await ask<AlertPage>('GET', `/alerts?${query}`);
        items.push(...page.items);
        after = page.next;
        if (after === undefined || items.length >= limit) return { items, total: page.total };
      }
    },
    groups: (filter, by, sort, limit) =>
      ask('GET', `/alerts/groups?${new URLSearchParams({ ...filter, by, sort, limit: String(limit) })}`),
    preview: async (filter) => (await ask<AlertJobPreview>('POST', '/alerts/jobs/preview', { filter })).total,
    start: (body) => ask('POST', '/alerts/jobs', body),
    undo: (job) => ask('POST', `${jobPath(job)}/undo`),
    cancel: (job) => ask('DELETE', jobPath(job)),
    job: (id) => ask('GET', jobPath(id)),
    jobs: async () => (await ask<AlertJobs>('GET', '/alerts/jobs')).jobs,
  };
}
