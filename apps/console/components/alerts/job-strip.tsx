'use client';
import { jobProgress } from '../../view/alert-job.ts';
import { Button } from '../ui/button.tsx';
import type { BulkWork } from './use-bulk-work.ts';

/** Changes of many alerts under way, each with how far it is and a way to end it. */
export function JobStrip({ running, cancel }: Pick<BulkWork, 'running' | 'cancel'>) {
  return running.map((job) => (
    <div
      key={job.id}
      role="status"
      className="flex min-h-10 shrink-0 flex-wrap items-center gap-3 border-b border-line bg-accent-wash px-3 py-1 text-sm"
    >
      <progress
        className="letter-progress h-1.5 w-48"
        aria-label={jobProgress(job)}
        {...(job.state === 'selecting' ? {} : { value: job.done, max: Math.max(1, job.total) })}
      />
      <span className="figure">{jobProgress(job)}</span>
      <span className="min-w-0 truncate text-soft">by {job.by}</span>
      <Button className="ml-auto" disabled={job.state === 'cancelling'} onClick={() => cancel(job.id)}>
        End it here
      </Button>
    </div>
  ));
}
