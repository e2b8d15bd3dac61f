'use client';
import { jobProgress } from '../../view/alert-job.ts';
import { ProgressStrip } from '../ui/progress-strip.tsx';
import type { BulkWork } from './use-bulk-work.ts';

/** Changes of many alerts under way. */
export function JobStrip({ running, cancel }: Pick<BulkWork, 'running' | 'cancel'>) {
  return running.map((job) => (
    <ProgressStrip
      key={job.id}
      text={jobProgress(job)}
      done={job.done}
      total={job.state === 'selecting' ? undefined : job.total}
      detail={`by ${job.by}`}
      ending={job.state === 'cancelling'}
      onEnd={() => cancel(job.id)}
    />
  ));
}
