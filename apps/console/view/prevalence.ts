import type { Prevalence } from '@tidewatch/api/schemas';
import { count, plural } from './quantity.ts';

type Counted = Prevalence['values'][number];

/** The API counts this many hosts; it stands for more, too. */
const mostHosts = 100;
const fewEvents = 10;

/** Worth a second look: hardly met in all the time that was looked at. */
export const isRare = ({ events }: Pick<Counted, 'events'>): boolean => events <= fewEvents;

export const hostsText = ({ hosts }: Pick<Counted, 'hosts'>): string =>
  hosts === 0 ? '–' : hosts >= mostHosts ? `${count(mostHosts)} or more` : count(hosts);

/** What the table says in one sentence; undefined where nothing of it is rare. */
export function rareSentence({ values, days }: Pick<Prevalence, 'values' | 'days'>): string | undefined {
  const [rarest] = values;
  if (rarest === undefined || !isRare(rarest)) return undefined;
  const { field, events } = rarest;
  if (events === 0) return `No stored event of the last ${days} days has this ${field}.`;
  if (events === 1) return `This ${field} was seen once in ${days} days.`;
  const where = rarest.hosts > 0 ? ` on ${plural(rarest.hosts, 'host')}` : '';
  return `This ${field} was seen in ${events} events${where} in ${days} days.`;
}
