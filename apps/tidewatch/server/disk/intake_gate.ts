import type { Accept } from '@tidewatch/plugin';
import type { Stream } from '@tidewatch/stream';
import type { Metrics } from '@tidewatch/telemetry';
import { startErrors } from '../../errors.ts';
import type { Measured } from './measure.ts';
import { createPace } from './pace.ts';
import type { Standing } from './watermark.ts';

/** What can be told to wait. */
export type Slowed = Exclude<Measured['slows'], 'nobody'>;

export type GateState =
  | { readonly state: 'open' }
  | { readonly state: 'slowed'; readonly reasons: readonly string[]; readonly bytesPerSecond: number }
  | { readonly state: 'stopped'; readonly reasons: readonly string[] };

export interface IntakeGate {
  state(who: Slowed): GateState;
  /** See {@link DiskControl}. */
  slowed(accept: Accept): Accept;
  slowedLetters(stream: Stream): Stream;
}

export interface Standings {
  readonly row: Pick<Measured, 'budget' | 'held' | 'slows' | 'store'>;
  readonly standing: Standing;
}

const daySeconds = 86_400;
/** Told to senders, seconds: room may come sooner than what is left allows. */
const shortestWait = 5;
const stoppedWait = 30;
const longestWait = 60;

/**
 * Lets senders in, slows them, or refuses them, by how full the stores are that their records fill. Above the high
 * watermark what is left is spread over a day, in which retention makes room; at the budget nothing more is taken.
 *
 * @param clock epoch milliseconds
 */
export function createIntakeGate(
  stores: () => Iterable<Standings>,
  metrics: Metrics,
  clock: () => number = Date.now,
): IntakeGate {
  const paces = { intake: createPace(clock), 'dead letters': createPace(clock) };

  function state(who: Slowed): GateState {
    const slowing = [...stores()].filter(
      ({ row, standing }) => row.slows === who && (standing === 'high' || standing === 'full'),
    );
    const reasons = slowing.map(({ row }) => row.store);
    if (slowing.length === 0) return { state: 'open' };
    if (slowing.some(({ standing }) => standing === 'full')) return { state: 'stopped', reasons };
    return { state: 'slowed', reasons, bytesPerSecond: paceOf(slowing.map(({ row }) => row)) };
  }

  /** Throws where a call of so many bytes has to wait. */
  function check(who: Slowed, bytes: () => number): void {
    const gate = state(who);
    if (gate.state === 'open') return;
    const wait = gate.state === 'stopped' ? stoppedWait : paces[who].take(bytes(), gate.bytesPerSecond);
    if (wait === 0) return;
    for (const store of gate.reasons) metrics.count('intake_refused_total', { store });
    const retryAfter = Math.ceil(Math.min(Math.max(wait, shortestWait), longestWait));
    throw startErrors.INTAKE_SLOWED({ stores: gate.reasons.join(', '), retryAfter });
  }

  return {
    state,
    slowed: (accept) => async (source, records) => {
      check('intake', () => records.reduce((sum, { bytes }) => sum + bytes.length, 0));
      return accept(source, records);
    },
    slowedLetters: (stream) => ({
      ...stream,
      async append(records) {
        check('dead letters', () => records.reduce((sum, { value }) => sum + value.length, 0));
        return stream.append(records);
      },
    }),
  };
}

/** What is left of the fullest, spread over a day, bytes per second. */
export const paceOf = (rows: readonly Pick<Measured, 'budget' | 'held'>[]): number =>
  Math.max(1, Math.min(...rows.map(({ held, budget }) => (budget - held) / daySeconds)));
