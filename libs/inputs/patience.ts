import { setTimeout as sleep } from 'node:timers/promises';
import { isTidewatchError } from '@tidewatch/event';
import type { Accept, Acceptance, RawRecord } from '@tidewatch/plugin';
import type { Logger } from '@tidewatch/telemetry';
import { createTally } from './tally.ts';

const shortestMs = 100;
const longestMs = 5_000;

/**
 * Hands records on until they are taken. Resolves with undefined when it was stopped before they were.
 *
 * @param gone stops this one call, as where its sender will send the records again
 */
export type PatientAccept = (
  source: string,
  records: readonly RawRecord[],
  gone?: AbortSignal,
) => Promise<readonly Acceptance[] | undefined>;

/**
 * For sources that cannot be told to send again: a call that was refused as a whole is made again after a growing,
 * jittered pause. The caller stops reading its socket or file meanwhile, since it waits for this.
 */
export function createPatience(accept: Accept, log: Logger, signal: AbortSignal): PatientAccept {
  const full = createTally(log, 'The pipeline takes no records now: reading waits');
  return async (source, records, gone) => {
    const stopped = gone === undefined ? signal : AbortSignal.any([signal, gone]);
    for (let pause = shortestMs; !stopped.aborted; pause = Math.min(pause * 2, longestMs)) {
      try {
        return await accept(source, records);
      } catch (error) {
        full.add();
        if (!isTidewatchError(error))
          log.error({ err: error, source }, 'The pipeline failed; the input tries again');
        await sleep(pause * (0.5 + Math.random() / 2), undefined, { signal: stopped }).catch(() => undefined);
      }
    }
    return undefined;
  };
}
