import { databasesOf } from '../server/adapters.ts';
import type { Runtime } from '../server/runtime.ts';
import { type AlertJobs, createAlertJobs, endOf } from './jobs.ts';

/** Changes of many alerts, where the API runs; those that a stop cut off go on. */
export async function openAlertJobs({ adapters, config, live, log, onClose }: Runtime): Promise<AlertJobs> {
  const { store, control } = databasesOf(adapters);
  const jobs = createAlertJobs({
    alerts: store.alerts,
    alone: config.store.opensearch === undefined,
    async onFinished(job) {
      await control.audit.append(endOf(job));
      // One message, whatever the number of alerts: consoles read what they show.
      live.publish('resync', {});
    },
    log,
  });
  onClose(() => jobs.close());
  // What cannot be looked at now is looked at again soon.
  await jobs.takeUp().catch((error: Error) => log.warn({ reason: error.message }, 'Changes of alerts wait'));
  return jobs;
}
