import type { Slowed } from './intake_gate.ts';
import type { Measured, StoreName } from './measure.ts';
import type { Outlook } from './outlook.ts';

const called: Readonly<Record<StoreName, string>> = {
  events: 'The event store',
  alerts: 'The alert store',
  streams: 'The log',
  dead_letters: 'The stream of dead letters',
  control: 'The control database',
  archive: 'The archive',
  volume: 'The volume of the data folder',
  archive_volume: 'The volume of the archive',
  opensearch_volume: 'The disk of an OpenSearch node',
};

const volumeAdvice =
  'Delete what else fills it, add disk, or lower a budget so that the warning comes sooner.';
const sooner = 'let the privacy officer shorten times to live in governance/classes.yml';

const advised: Readonly<Record<StoreName, string>> = {
  events: `Raise disk.budgets.events (and add disk where there is none), ${sooner}, or keep older partitions in an archive only (archive.local). A changed tidewatch.yml comes into force with kill -HUP.`,
  alerts:
    'Raise disk.budgets.alerts, or write exceptions for the rules that make most of them. Its file does not shrink, but room within is used again.',
  streams: 'A reader is behind: the health page says which. Mend it, or raise stream.budget.',
  dead_letters:
    'Mend what sends them (tidewatch dead-letters list), or raise disk.budgets.dead_letters. They go at the time to live of dead_letters.',
  control: 'Raise disk.budgets.control, or let the privacy officer shorten the time to live of audit.',
  archive: `Raise disk.budgets.archive (and add disk where there is none), or ${sooner}.`,
  volume: volumeAdvice,
  archive_volume: volumeAdvice,
  opensearch_volume: `Add disk or a node, or ${sooner}.`,
};

/** What to do about a store that fills up, for the operator. */
export const adviceOn = (store: StoreName): string => advised[store];

/** How full a store is, in one sentence. */
export function fullness({ store, place, held, budget, share }: Measured): string {
  const name = `${called[store]} (${place})`;
  return store.endsWith('volume')
    ? `${name} has ${sizeWords(Math.max(0, budget - held))} left above the reserve.`
    : `${name} takes ${sizeWords(held)} of its budget of ${sizeWords(budget)} (${Math.floor(share * 100)} %).`;
}

/** When it is full, in one sentence. */
export function outlookWords(outlook: Outlook | undefined): string {
  if (outlook === undefined) return 'When it is full is not known: there is too little history yet.';
  const { soonest, likely, latest, until, basis, peak } = outlook;
  const by = `by the growth of the last ${basis}`;
  if (soonest === undefined) return `Not full before ${dateWords(until)}, at most ${sizeWords(peak)}, ${by}.`;
  const expected = likely === undefined ? `after ${dateWords(until)} as is likely` : dateWords(likely);
  const end = latest === undefined ? `after ${dateWords(until)}` : dateWords(latest);
  return `Full ${expected} (${dateWords(soonest)} to ${end}), ${by}.`;
}

/** What senders feel of a store that is too full. */
export const waitingWords = (slows: Slowed, bytesPerSecond: number | undefined): string => {
  const who = slows === 'intake' ? 'Senders' : 'Senders of records that are not understood';
  const what =
    bytesPerSecond === undefined
      ? 'nothing more is taken until there is room'
      : `${sizeWords(bytesPerSecond)} a second are taken, so that the rest lasts for a day`;
  return `${who} are told to wait: ${what}. Nothing that was acknowledged is lost, and nothing is deleted before its time.`;
};

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A size as people read it: `1.4 GiB`. */
export function sizeWords(bytes: number): string {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  return `${power === 0 ? Math.round(bytes) : (bytes / 1024 ** power).toFixed(1)} ${units[power]}`;
}

/** To the minute, in UTC. */
const dateWords = (time: number): string =>
  `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
