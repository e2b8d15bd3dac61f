'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { DeadLetterJob } from '@tidewatch/api/schemas';
import { cancelWork } from '../../api/dead-letters.ts';
import { progressText } from '../../view/letter-view.ts';
import { ProgressStrip } from '../ui/progress-strip.tsx';

/** Work on dead letters under way. */
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
    <ProgressStrip
      key={job.id}
      text={progressText(job)}
      done={job.done}
      total={job.total}
      detail={job.detail}
      {...(mayWork && { onEnd: () => cancel(job.id) })}
    />
  ));
}
