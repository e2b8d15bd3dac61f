import type {
  DetectorEffect,
  DetectorHistory,
  DetectorRow,
  DetectorSeries,
  DetectorSuggestion,
  NormalBody,
} from '@tidewatch/api/schemas';
import { figure } from './forecast.ts';
import { plural } from './quantity.ts';

export type AnomalyRow = DetectorHistory['items'][number];
export type Reach = NormalBody['features'][number];

/** Values of an entity as the page writes them; of a detector that goes by nothing, all events. */
export const entityLabel = (entity: readonly string[]): string => entity.join(' · ') || 'all events';

/** Looks of a detector, in the words of `StateDot`. */
export function detectorLook({ runs, state }: Pick<DetectorRow, 'runs' | 'state'>): 'good' | 'warn' | 'idle' {
  if (!runs) return 'idle';
  return state !== undefined && state.graded > 0 ? 'good' : 'warn';
}

export function detectorWord({ runs, state }: Pick<DetectorRow, 'runs' | 'state'>): string {
  if (!runs) return 'off';
  if (state === undefined || state.newest === null) return 'waits';
  return state.graded > 0 ? 'grades' : 'learns';
}

const outcomes = {
  grade: 'grade too low',
  confidence: 'knows too little',
  rules: 'within limits',
  normal: 'called normal',
} as const;

/** What became of an odd interval. */
export const outcomeWord = ({ suppressed }: Pick<AnomalyRow, 'suppressed'>): string =>
  suppressed === undefined ? 'alert' : outcomes[suppressed];

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

/** KQL of the events that an entity's intervals are made of. */
export const eventsOf = (
  { filter, by }: Pick<DetectorRow, 'filter' | 'by'>,
  entity: readonly string[],
): string => [`(${filter})`, ...by.map((field, i) => `${field}: ${quoted(entity[i] ?? '')}`)].join(' and ');

/** Rows for uPlot: what was, what was expected, and between which edges it is no reason for an alert. */
export interface BandRows {
  readonly times: readonly number[];
  readonly actual: readonly (number | null)[];
  readonly expected: readonly (number | null)[];
  readonly lower: readonly (number | null)[];
  readonly upper: readonly (number | null)[];
}

/** One feature of a series; an edge that is not there is drawn where the values end. */
export function bandRows({ points }: Pick<DetectorSeries, 'points'>, feature: number): BandRows {
  const of = points.map(({ features }) => features[feature]);
  const known = of.flatMap((one) =>
    [one?.actual, one?.expected, one?.upper].filter((value) => value != null),
  );
  const [least, most] = [Math.min(0, ...known), Math.max(0, ...known)];
  const edge = (one: (typeof of)[number], side: 'lower' | 'upper', end: number): number | null =>
    one === undefined || one.expected === null ? null : (one[side] ?? end);
  return {
    times: points.map(({ from }) => from),
    actual: of.map((one) => one?.actual ?? null),
    expected: of.map((one) => one?.expected ?? null),
    lower: of.map((one) => edge(one, 'lower', least)),
    upper: of.map((one) => edge(one, 'upper', most)),
  };
}

/** What would have to be normal for an interval to be none worth an alert: each feature that is off, as far as it was. */
export const reachesOf = ({ features }: Pick<AnomalyRow, 'features'>): Reach[] =>
  features.flatMap(({ name, actual, expected }) =>
    actual === null || expected === null || actual === expected
      ? []
      : [
          {
            feature: name,
            direction: actual > expected ? ('above' as const) : ('below' as const),
            absolute: roundedUp(Math.abs(actual - expected)),
          },
        ],
  );

/** To two figures, never less. */
export function roundedUp(value: number): number {
  const step = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Number((Math.ceil(value / step) * step).toPrecision(12));
}

export const reachWords = ({ feature, direction, absolute, relative }: Reach): string => {
  const far = [
    ...(absolute === undefined ? [] : [figure(absolute)]),
    ...(relative === undefined ? [] : [`${figure(relative * 100)} %`]),
  ].join(' or ');
  return `${feature} up to ${far} ${direction === 'both' ? 'off' : direction} what is expected`;
};

/** Where to call normal what an alert's forest found odd: the page with the dialog open. Times are epoch milliseconds. */
export function judgeHref(
  detector: string,
  entity: readonly string[],
  { from, to }: { readonly from: number; readonly to: number },
): string {
  const state = { id: detector, entity: JSON.stringify(entity), at: `${from}`, judge: 'yes' };
  return `/anomalies?${new URLSearchParams({ ...state, from: `${from}`, to: `${to + 1}` })}`;
}

/** What a change would have done, with what speaks against it last. @param complete whether all there was has been looked at */
export function effectWords(effect: DetectorEffect, complete: boolean): string {
  const { intervals, hiddenIntervals, alerts, hiddenAlerts, truePositives, harmless } = effect;
  const partly = complete ? '' : ' There was more in that time than is looked at: these are the newest.';
  if (alerts === 0)
    return `No alert of it is kept of the last 30 days, so there is nothing to try it on.${partly}`;
  const closed = [
    ...(harmless === 0 ? [] : [`${harmless} closed as harmless`]),
    ...(truePositives === 0 ? [] : [`${truePositives} closed as true positive`]),
  ];
  return `Of the last 30 days it would have hidden ${hiddenAlerts} of ${plural(alerts, 'alert')} (${hiddenIntervals} of ${plural(intervals, 'interval')})${closed.length === 0 ? '; nobody closed one of these with a verdict' : `; of these, ${closed.join(', ')}`}.${partly}`;
}

export const suggestionWords = (suggestion: DetectorSuggestion): string =>
  suggestion.kind === 'grade'
    ? `Let alerts begin with a grade of ${suggestion.grade}`
    : `Call normal of ${entityLabel(suggestion.entity)}: ${suggestion.features.map(reachWords).join(', ')}`;

/** What a new detector begins as. */
export const newDetector = `id: logons-per-host
title: Unusual number of log-ons on a host
level: medium
filter: 'event.category: authentication and host.name: *'
by: [host.name]
interval: 10m
features:
  - { name: logons, aggregate: count, direction: above, min_absolute: 10, min_relative: 1 }
`;
