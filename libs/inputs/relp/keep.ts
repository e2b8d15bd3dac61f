import { setTimeout as sleep } from 'node:timers/promises';
import type { PatientAccept } from '../patience.ts';
import type { Counts } from '../syslog/counts.ts';
import type { Keep } from './session.ts';

/** Records that governance refuses are offered again after this: until then they wait with their sender. */
const refusedMs = 30_000;

/**
 * Makes what hands records on until every one of them is in the stream or the dead letters.
 *
 * @param draining gives up what is refused
 */
export function createKeep(
  source: string,
  accept: PatientAccept,
  counts: Counts,
  draining: AbortSignal,
  pauseMs = refusedMs,
): Keep {
  return async (records, gone) => {
    const givenUp = AbortSignal.any([draining, gone]);
    let left = records;
    for (let refused = 0; ; ) {
      const answers = await accept(source, left, gone);
      if (answers === undefined) return false;
      left = left.filter((_, i) => answers[i]?.status === 'refused');
      if (left.length === 0) return true;
      if (refused === 0) counts.add('refused', left.length);
      refused = left.length;
      await sleep(pauseMs, undefined, { signal: givenUp }).catch(() => undefined);
      if (givenUp.aborted) return false;
    }
  };
}
