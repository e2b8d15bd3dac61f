import type { DetectorHistory, DetectorList, DetectorRow, DetectorRun } from '@tidewatch/api/schemas';

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

function foundText({ from, entity, grade, features, suppressed }: Found): string {
  const what = features.map(
    ({ name, actual, expected }) => `${name} ${figure(actual)} (expected ${figure(expected)})`,
  );
  const end = suppressed === undefined ? '' : `  no alert: ${suppressed}`;
  return `${new Date(from).toISOString()}  ${entity.join(' · ') || 'all'}  grade ${grade.toFixed(2)}  ${what.join(', ')}${end}`;
}

const figure = (value: number | null): string =>
  value === null ? '?' : String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toFixed(2)));
