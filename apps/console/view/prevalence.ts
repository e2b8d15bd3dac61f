import type { Prevalence } from '@tidewatch/api/schemas';
import { count, plural } from './quantity.ts';

type Counted = Prevalence['values'][number];

/** The API counts this many hosts; it stands for more, too. */
const mostHosts = 100;
const fewEvents = 10;
/** Of a value in a sentence, characters. */
const longest = 80;

/** Worth a second look: hardly met in all the time that was looked at. */
export const isRare = ({ events }: Pick<Counted, 'events'>): boolean => events <= fewEvents;

export const hostsText = ({ hosts }: Pick<Counted, 'hosts'>): string =>
  hosts === 0 ? '–' : hosts >= mostHosts ? `${count(mostHosts)} or more` : count(hosts);

/** What the table says in one sentence; undefined where nothing of it is rare. */
export function rareSentence({ values, days }: Pick<Prevalence, 'values' | 'days'>): string | undefined {
  const [rarest] = values;
  if (rarest === undefined || !isRare(rarest)) return undefined;
  const { field, value, events, hosts } = rarest;
  const what = `${field} “${value.length > longest ? `${value.slice(0, longest - 1)}…` : value}”`;
  if (events === 0) return `No stored event of the last ${days} days has ${what}.`;
  if (events === 1) return `${what} was seen once in ${days} days.`;
  const where = hosts > 0 ? ` on ${plural(hosts, 'host')}` : '';
  return `${what} was seen in ${events} events${where} in ${days} days.`;
}
