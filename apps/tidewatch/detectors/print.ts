import type {
  DetectorEffect,
  DetectorHistory,
  DetectorList,
  DetectorRow,
  DetectorRun,
  NormalList,
  NormalRow,
  SuggestionList,
} from '@tidewatch/api/schemas';

type Found = NonNullable<DetectorRun['result']>['items'][number];

/** Two lines for each. */
export const listText = ({ detectors, faults }: DetectorList): string =>
  [...detectors.map(rowText), ...faults.map(({ file, reason }) => `refused  ${file}: ${reason}`)].join('\n');

export const rowText = ({ id, title, runs, says, memory }: DetectorRow): string =>
  `${(runs ? 'runs' : 'off').padEnd(8)} ${id}: ${title}\n         ${says} ${memory.says}`;

export function runText({ state, detail, done, total, result }: DetectorRun): string {
  if (result === undefined)
    return `${state}${detail === undefined ? '' : `: ${detail}`}, ${done} of ${total ?? '?'} events`;
  const { events, entities, graded, results, alerts, items } = result;
  const head = `${events} events, ${entities} entities (${graded} graded): ${results} odd intervals, ${alerts} would have been alerts.`;
  return [head, ...items.map(foundText)].join('\n');
}

export const historyText = ({ items }: DetectorHistory): string =>
  items.length === 0 ? 'Nothing odd was found in that time.' : items.map(foundText).join('\n');

export const normalText = ({ normal }: NormalList): string =>
  normal.length === 0 ? 'Nothing was called normal.' : normal.map(normalRowText).join('\n');

export function normalRowText({ id, entity, features, reason, author, expires }: NormalRow): string {
  const end = expires === undefined ? '' : `, until ${new Date(expires).toISOString()}`;
  return `${id}  ${ofWhom(entity)}: ${features.map(reachText).join(', ')}\n         ${author}: ${reason}${end}`;
}

export const effectText = (effect: DetectorEffect): string =>
  `hides ${effect.hiddenAlerts} of ${effect.alerts} alerts of the last 30 days (${effect.hiddenIntervals} of ${effect.intervals} intervals), ${effect.truePositives} of them closed as true positive, ${effect.harmless} as harmless`;

export const suggestionText = ({ suggestions }: SuggestionList): string =>
  suggestions.length === 0
    ? 'Verdicts speak for no change: that takes three alerts closed as harmless, and no attack that it would hide.'
    : suggestions
        .map((one) => {
          const what =
            one.kind === 'grade'
              ? `alert: { grade: ${one.grade} }`
              : `${ofWhom(one.entity)}: ${one.features.map(reachText).join(', ')}`;
          return `${what}\n         ${effectText(one.effect)}`;
        })
        .join('\n');

const ofWhom = (entity: readonly string[] | undefined): string =>
  entity === undefined ? 'every entity' : entity.join(' · ') || 'all';

function reachText({ feature, direction, absolute, relative }: NormalRow['features'][number]): string {
  const far = [
    ...(absolute === undefined ? [] : [figure(absolute)]),
    ...(relative === undefined ? [] : [`${figure(relative * 100)} %`]),
  ];
  return `${feature} ${direction === 'both' ? 'off' : direction} by up to ${far.join(' or ')}`;
}

function foundText({ from, entity, grade, features, suppressed }: Found): string {
  const what = features.map(
    ({ name, actual, expected, examples = [] }) =>
      `${name} ${figure(actual)} (expected ${figure(expected)})${examples.map((value) => ` ${value}`).join('')}`,
  );
  const end = suppressed === undefined ? '' : `  no alert: ${suppressed}`;
  return `${new Date(from).toISOString()}  ${entity.join(' · ') || 'all'}  grade ${grade.toFixed(2)}  ${what.join(', ')}${end}`;
}

const figure = (value: number | null): string =>
  value === null ? '?' : String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toFixed(2)));
