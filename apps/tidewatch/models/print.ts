import type { ModelBacktested, ModelDetail, ModelRow } from '@tidewatch/api';

type Gates = ModelBacktested['gates'];

export const rowText = ({ name, versions }: ModelRow): string =>
  versions
    .map(
      ({ version, stage, origin, runs, reason }) =>
        `${name} ${version}  ${stage}, ${origin}${runs ? ', scores events' : ''}${reason === undefined ? '' : `: ${reason}`}`,
    )
    .join('\n');

export const listText = (models: readonly ModelRow[]): string =>
  models.length === 0 ? 'There are no models.' : models.map(rowText).join('\n');

export const detailText = (model: ModelDetail): string =>
  [
    rowText(model),
    ...model.history.map(
      ({ at, by, version, from, to, why, forced = [] }) =>
        `${at}  ${by}: ${version} from ${from} to ${to}, ${why}${forced.length === 0 ? '' : ` (although of ${forced.join(', ')})`}`,
    ),
    ...model.about.flatMap(({ version, drift }) => driftLines(version, drift)),
    ...model.about.flatMap(({ card }) => (card === null ? [] : ['', card.trim()])),
  ].join('\n');

type DriftOf = ModelDetail['about'][number]['drift'];

function driftLines(version: string, drift: DriftOf): string[] {
  if (drift === null) return [];
  const { scores, windows, series } = drift;
  if (series.length === 0)
    return [
      `drift of ${version}: ${windows === 0 ? 'what is normal is being gathered' : 'nothing was compared yet'}, ${scores} scores so far`,
    ];
  return [...series]
    .sort((a, b) => b.ratio - a.ratio)
    .map(({ feature, psi, ks, ratio }) => {
      const distance = ks === null ? '' : `, KS ${ks.toFixed(3)}`;
      const found = `${ratio.toFixed(2)} of its limit (PSI ${psi.toFixed(3)}${distance})`;
      return `drift of ${version}: ${feature ?? 'the score'} ${ratio > 1 ? 'HAS MOVED, ' : ''}${found}`;
    });
}

export const gatesText = (gates: Gates): string =>
  gates.map(({ name, passed, found }) => `${passed ? 'passed' : 'FAILED'}  ${name}: ${found}`).join('\n');

export const backtestText = ({ result, gates }: ModelBacktested): string => {
  const [median, nine, ninetyNine, most] = result.quantiles.map((score) => score.toFixed(4));
  return [
    `${result.scored} of ${result.events} events scored${result.events < result.total ? `, spread over ${result.total}` : ''}: ${result.matches} matches in ${result.alerts} alerts.`,
    `Scores: median ${median}, 90 % below ${nine}, 99 % below ${ninetyNine}, 99.9 % below ${most}.`,
    ...result.examples.map(
      ({ event, score, time }) => `${new Date(time).toISOString()}  ${score.toFixed(4)}  ${event}`,
    ),
    gatesText(gates),
  ].join('\n');
};
