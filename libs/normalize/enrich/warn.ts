import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import { objectAt } from '../setters.ts';
import type { ThreatMatch } from './enrichers.ts';

/** Notes on an event that feeds warn of one of its values, as ECS has it. */
export function warn(
  fields: JsonObject,
  path: string,
  value: string,
  matches: readonly ThreatMatch[],
  received: number,
): void {
  const [first] = matches;
  if (first === undefined) return;
  const threat = objectAt(fields, 'threat');
  const own = Array.isArray(threat.enrichments) ? threat.enrichments : [];
  threat.enrichments = [...own, ...matches.map((match) => enrichmentOf(match, path, value, received))];
  threat.indicator ??= { provider: first.feed, ...structuredClone(first.indicator) };
  const feed = objectAt(threat, 'feed');
  const named = [feed.name ?? []].flat() as Json[];
  // A name that the sender gave stays.
  if (!named.every((name) => own.some((each) => isObject(each) && providerOf(each) === name))) return;
  const feeds = [...new Set([...named, ...matches.map((match) => match.feed)])];
  feed.name = feeds.length === 1 ? (feeds[0] as Json) : feeds;
}

const providerOf = ({ indicator }: JsonObject): Json | undefined =>
  isObject(indicator) ? indicator.provider : undefined;

function enrichmentOf(
  { feed, indicator }: ThreatMatch,
  path: string,
  value: string,
  received: number,
): JsonObject {
  const [id] = Array.isArray(indicator.id) ? indicator.id : [];
  const matched = { atomic: value, field: path, occurred: new Date(received).toISOString() };
  return {
    indicator: { provider: feed, ...indicator },
    matched: id === undefined ? matched : { ...matched, id },
  };
}
