'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { DeadLetterJob } from '@tidewatch/api/schemas';
import { cancelWork } from '../../api/dead-letters.ts';
import { progressText } from '../../view/letter-view.ts';
import { Button } from '../ui/button.tsx';

/** Work under way, each with how far it is and a way to end it. */
export function JobStrip({
  jobs,
  mayWork,
}: {
  readonly jobs: readonly DeadLetterJob[];
  readonly mayWork: boolean;
}) {
  const client = useQueryClient();
  const cancel = (id: string): void => {
    // One that ended by itself meanwhile needs nothing.
    void cancelWork(id)
      .catch(() => undefined)
      .then(() => client.invalidateQueries({ queryKey: ['dead-letter-jobs'] }));
  };
  return jobs.map((job) => (
    <div
      key={job.id}
      role="status"
      className="flex min-h-10 shrink-0 flex-wrap items-center gap-3 border-b border-line bg-accent-wash px-3 py-1 text-sm"
    >
      <progress
        className="letter-progress h-1.5 w-48"
        aria-label={progressText(job)}
        {...(job.total === undefined ? {} : { value: job.done, max: Math.max(1, job.total) })}
      />
      <span className="figure">{progressText(job)}</span>
      {job.detail !== undefined && <span className="min-w-0 truncate text-soft">{job.detail}</span>}
      {mayWork && (
        <Button className="ml-auto" onClick={() => cancel(job.id)}>
          End it here
        </Button>
      )}
    </div>
  ));
}
