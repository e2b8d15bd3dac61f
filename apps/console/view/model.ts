import type { Model, ModelDetail, ModelScores } from '@tidewatch/api/schemas';
import { percent } from './forecast.ts';
import { count, plural } from './quantity.ts';

type Version = Model['versions'][number];

export const stageLooks = { candidate: 'idle', shadow: 'warn', live: 'good', retired: 'idle' } as const;

export const stageWords: Readonly<Record<Version['stage'], string>> = {
  candidate: 'candidate: scores nothing',
  shadow: 'shadow: stores scores',
  live: 'live: raises alerts, too',
  retired: 'retired',
};

/** The version that is looked at first: the live one, else the one in shadow, else the newest. */
export const shownVersion = ({ live, versions }: Pick<Model, 'live' | 'versions'>): string | undefined =>
  live ?? versions.findLast(({ stage }) => stage === 'shadow')?.version ?? versions.at(-1)?.version;

/** What the version that is looked at first says of itself, and how far its scores moved; null where it says nothing. */
export function aboutOf(model: ModelDetail) {
  const version = shownVersion(model);
  const about = model.about.find((one) => one.version === version);
  const { kind, score } = (about?.manifest ?? {}) as { kind?: string; score?: { title?: string } };
  const ratios = about?.drift?.series.map(({ ratio }) => ratio) ?? [];
  return {
    title: score?.title ?? null,
    kind: kind ?? null,
    drift: ratios.length === 0 ? null : Math.max(...ratios),
  };
}

/** Its alerts of a month, whatever became of them. */
export const alertsHref = (name: string): string =>
  `/alerts?q=${encodeURIComponent(`rule.id: ${JSON.stringify(name)}`)}&status=all&from=now-30d`;

/** Whether there is a version to go back to: one was live before the one that is. */
export const mayRollBack = ({ history, live }: Pick<Model, 'history' | 'live'>): boolean =>
  history.some(({ to, version }) => to === 'live' && version !== live);

/** What a scored event takes, in milliseconds, from how many are scored in a second. */
export const latencyWords = (perSecond: number | null): string =>
  perSecond === null || perSecond <= 0 ? 'not measured' : `${(1_000 / perSecond).toPrecision(2)} ms`;

/** Seconds in two figures, in milliseconds below one. */
const seconds = (value: number): string =>
  value < 1 ? `${Number((value * 1_000).toPrecision(2))} ms` : `${Number(value.toPrecision(2))} s`;

/** How fast a version scores on the stream. */
export const speedWords = (speed: ModelScores['speed']): string =>
  speed === null
    ? 'It scored no event here since the server started.'
    : `It scored ${plural(speed.rows, 'event')} in ${plural(speed.batches, 'batch', 'batches')} since the server started: half of them within ${seconds(speed.p50)}, 99 % within ${seconds(speed.p99)}; ${count(Math.round(speed.perSecond))} events a second of work.`;

/** How well scores agree with what analysts decided. */
export function calibrationWords({
  verdicts,
  attacks,
  error,
}: NonNullable<ModelDetail['about'][number]['calibration']>): string {
  const off =
    error === null
      ? 'Too few to say how far its scores are off.'
      : `Its scores are off by ${percent(error)} on average.`;
  return `${count(attacks)} of ${plural(verdicts, 'judged alert')} were attacks. ${off}`;
}
