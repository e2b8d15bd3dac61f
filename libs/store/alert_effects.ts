import {
  type Alert,
  bucketStart,
  type EventMatch,
  type Findings,
  type JoinResult,
  joinAlert,
  replaceFindings,
} from '@tidewatch/event';
import { alertId } from '@tidewatch/event/ids';
import type { AlertEffect } from './contract.ts';

/** Brings one thing found into its alert; undefined where there is none and none is to be. */
type Into = (alert: Alert | undefined, now: number) => JoinResult | undefined;

/** What came for each alert, by its id. */
export type Incoming = ReadonlyMap<string, readonly Into[]>;

/** In the order of the stream, on which counting each match once rests. */
export const incomingMatches = (matches: readonly EventMatch[]): Incoming =>
  gather(
    [...matches].sort(byPosition),
    idOf,
    (match, id) => (alert, now) => joinAlert(alert, match, id, now),
  );

export const incomingFindings = (findings: readonly Findings[]): Incoming =>
  gather(
    findings,
    ({ id }) => id,
    (each) => (alert, now) => replaceFindings(alert, each, now),
  );

/** What becomes of an alert by all that came for it; undefined where nothing changed. */
export function bringInto(
  alert: Alert | undefined,
  incoming: readonly Into[],
  now: number,
): AlertEffect | undefined {
  let changed: AlertEffect | undefined;
  for (const into of incoming) {
    const result = into(changed?.alert ?? alert, now);
    if (result === undefined || result.effect === 'known') continue;
    changed = { alert: result.alert, effect: stronger(changed?.effect, result.effect) };
  }
  return changed;
}

function gather<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  into: (item: T, id: string) => Into,
): Incoming {
  const gathered = new Map<string, Into[]>();
  for (const item of items) {
    const id = idOf(item);
    const mine = gathered.get(id);
    if (mine === undefined) gathered.set(id, [into(item, id)]);
    else mine.push(into(item, id));
  }
  return gathered;
}

const idOf = ({ detector, key, time, bucketMs }: EventMatch): string =>
  alertId(detector.id, key, bucketStart(time, bucketMs));

const byPosition = (a: EventMatch, b: EventMatch): number =>
  a.position.partition - b.position.partition || a.position.offset - b.position.offset;

const strength: readonly AlertEffect['effect'][] = ['settled', 'joined', 'reopened', 'created'];

/** What a batch did to an alert as a whole: opening it outweighs reopening, and that joining. */
function stronger(
  before: AlertEffect['effect'] | undefined,
  now: AlertEffect['effect'],
): AlertEffect['effect'] {
  return before !== undefined && strength.indexOf(before) > strength.indexOf(now) ? before : now;
}
