import type { Runtime } from '../runtime.ts';
import { type IntakeGate, paceOf } from './intake_gate.ts';
import type { Measured } from './measure.ts';
import type { Outlook } from './outlook.ts';
import { type Standing, standings } from './watermark.ts';
import { adviceOn, fullness, outlookWords, waitingWords } from './words.ts';

export interface WatchedStore {
  readonly row: Measured;
  readonly standing: Standing;
  /** Epoch milliseconds. */
  readonly since: number;
  readonly outlook: Outlook | undefined;
}

export interface Teller {
  /** To Prometheus, each time. */
  measured(watched: WatchedStore): void;
  /** Once for each change: to the log, and for audits. */
  changed(watched: WatchedStore, before: Standing): void;
  /** To the health page, each time. */
  standing(stores: readonly WatchedStore[]): void;
}

/** Tells the operator how full the stores are, wherever operators look. */
export function createTeller(
  { log, metrics, health, adapters }: Pick<Runtime, 'adapters' | 'health' | 'log' | 'metrics'>,
  gate: Pick<IntakeGate, 'state'>,
): Teller {
  return {
    measured({ row: { store, held, budget }, standing, outlook }) {
      metrics.set('disk_used_bytes', { store }, held);
      metrics.set('disk_budget_bytes', { store }, budget);
      metrics.set('disk_watermark', { store }, standings.indexOf(standing));
      const absent = outlook === undefined ? Number.NaN : Number.POSITIVE_INFINITY;
      for (const edge of ['soonest', 'likely', 'latest'] as const)
        metrics.set('disk_full_timestamp_seconds', { store, edge }, (outlook?.[edge] ?? absent) / 1_000);
    },

    changed(watched, before) {
      const { row, standing } = watched;
      const { store, place, held, budget } = row;
      const facts = { store, place, bytes: held, budget, standing, before };
      if (standings.indexOf(standing) < standings.indexOf(before)) log.info(facts, relief(watched));
      else log[standing === 'low' ? 'warn' : 'error'](facts, alarm(watched));
      const detail = { standing, before, bytes: held, budget };
      adapters
        .audit({ who: 'disk', action: 'disk.watermark', target: store, detail })
        .catch((error: Error) =>
          log.error({ store, reason: error.message }, 'The audit log did not take a watermark'),
        );
    },

    standing(stores) {
      const waiting = (['intake', 'dead letters'] as const).flatMap((who) => {
        const now = gate.state(who);
        if (now.state === 'open') return [];
        return [waitingWords(who, now.state === 'slowed' ? now.bytesPerSecond : undefined)];
      });
      const states = ['open', 'slowed', 'stopped'];
      metrics.set('intake_slowed', {}, states.indexOf(gate.state('intake').state));
      const worse = stores.filter(({ standing }) => standing !== 'below').map(({ row }) => fullness(row));
      if (worse.length === 0) health.set('disk', 'ready');
      else health.set('disk', 'degraded', [...worse, ...waiting].join(' '));
    },
  };
}

function alarm({ row, standing, outlook }: WatchedStore): string {
  const { slows, store } = row;
  const waits = slows !== 'nobody' && (standing === 'high' || standing === 'full');
  const pace = standing === 'full' ? undefined : paceOf([row]);
  const parts = [
    fullness(row),
    outlookWords(outlook),
    ...(waits ? [waitingWords(slows, pace)] : []),
    adviceOn(store),
  ];
  return parts.join(' ');
}

function relief({ row, standing }: WatchedStore): string {
  const { slows } = row;
  if (slows === 'nobody') return fullness(row);
  if (standing === 'high') return `${fullness(row)} ${waitingWords(slows, paceOf([row]))}`;
  return `${fullness(row)} ${slows === 'intake' ? 'Senders' : 'Their senders'} do not have to wait for it any more.`;
}
