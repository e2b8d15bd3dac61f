import type { Entity } from '@tidewatch/api/schemas';

type Field = Entity['field'];

export const kinds: readonly { readonly field: Field; readonly label: string }[] = [
  { field: 'host.name', label: 'Host' },
  { field: 'user.name', label: 'User' },
  { field: 'source.ip', label: 'Address' },
];

export const kindOf = (field: Field): string => kinds.find((kind) => kind.field === field)?.label ?? field;

/** What is worth knowing of each kind: fields whose values are counted. */
export const telling: Readonly<Record<Field, readonly string[]>> = {
  'host.name': ['user.name', 'process.name', 'source.ip', 'destination.ip', 'event.dataset', 'event.action'],
  'user.name': ['host.name', 'source.ip', 'process.name', 'event.dataset', 'event.action', 'event.outcome'],
  'source.ip': ['host.name', 'user.name', 'destination.port', 'url.path', 'event.dataset', 'event.action'],
};

const addresses = new Set(['source.ip', 'destination.ip', 'client.ip', 'server.ip', 'host.ip']);

/** The page of the host, user or address that a field's value names; undefined where it names none. */
export function entityHref(field: string, value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const own = addresses.has(field) ? 'source.ip' : field;
  if (!kinds.some((kind) => kind.field === own)) return undefined;
  return `/entity?${own}=${encodeURIComponent(value)}`;
}

/** A score in words, beside its number. */
export const riskWord = (score: number): string =>
  score >= 75 ? 'very high' : score >= 50 ? 'high' : score >= 20 ? 'raised' : score >= 1 ? 'low' : 'none';

export const riskFormula = '100·(1 − e^(−points/100))';

/** How its points become its score, in a sentence with its own numbers that {@link riskFormula} ends. */
export function riskSentence({ points, score, halfLifeMs, levelPoints }: Entity['risk']): string {
  const levels = Object.entries(levelPoints)
    .sort(([, a], [, b]) => b - a)
    .map(([level, worth]) => `${level} ${worth}`)
    .join(', ');
  const hours = halfLifeMs / 3_600_000;
  return `An alert counts by its level (${levels}) and half as much after every ${hours} hours; closed as harmless it counts nothing. ${points.toFixed(1)} points make ${score.toFixed(0)} of 100, by`;
}
