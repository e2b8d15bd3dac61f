import { isObject, type JsonObject } from '@tidewatch/event';
import { withFields } from '../draft.ts';
import { fillFrom } from '../fill.ts';
import type { Stage } from '../stage.ts';
import { insertGeo } from './insert_geo.ts';
import type { Lookups } from './lookups.ts';
import { ends, placeOf, textsAt, warnedPlaces } from './places.ts';
import { warn } from './warn.ts';
import { writtenHints } from './written_hints.ts';

/** Values of one event that are said to be indicators. */
const maxMatches = 32;

/**
 * Adds to events what is known of their values beside them: place and network of public addresses, indicators of
 * threats, rows of tables. What an event says itself stays. Text that a parser wrote becomes an object only where there
 * is more to add than places, which go into the text.
 */
export function createEnrichStage(lookups: Lookups): Stage {
  const hintsOf = writtenHints(lookups);
  const addAll = (fields: JsonObject, received: number) => {
    if (lookups.hasGeo) addPlaces(fields, lookups);
    if (lookups.tables.length > 0) addRows(fields, lookups);
    if (lookups.feeds.length > 0) addThreats(fields, lookups, received);
  };
  return {
    name: 'enrich',
    apply(draft, { received }) {
      if ('fields' in draft) {
        addAll(draft.fields, received);
        return draft;
      }
      const { written } = draft;
      const hints = hintsOf(written);
      if (hints === undefined) return draft;
      const members = hints.isMore ? undefined : insertGeo(written.members, hints.located);
      if (members !== undefined) return { ...draft, written: { ...written, members } };
      const object = withFields(draft);
      addAll(object.fields, received);
      return object;
    },
  };
}

function addPlaces(fields: JsonObject, lookups: Lookups): void {
  for (const name of ends) {
    const end = fields[name];
    if (!isObject(end)) continue;
    const ip = Array.isArray(end.ip) ? end.ip[0] : end.ip;
    const answer = typeof ip === 'string' ? lookups.geo(ip) : undefined;
    if (answer === undefined) continue;
    if (answer.geo !== undefined && end.geo === undefined) end.geo = answer.geo;
    if (answer.as !== undefined && end.as === undefined) end.as = answer.as;
  }
}

function addRows(fields: JsonObject, lookups: Lookups): void {
  for (const table of lookups.tables) {
    // All values first: what a table adds is no key of its own.
    const keys = new Set(table.join.flatMap((path) => textsAt(fields, placeOf(path))));
    for (const key of keys) {
      const row = lookups.row(table, key);
      if (row !== undefined) fillFrom(fields, row);
    }
  }
}

function addThreats(fields: JsonObject, lookups: Lookups, received: number): void {
  const seen = new Set<string>();
  for (const [kind, places] of warnedPlaces) {
    if (!lookups.warns(kind)) continue;
    for (const place of places)
      for (const value of textsAt(fields, place)) {
        if (seen.has(value) || seen.size >= maxMatches) continue;
        const matches = lookups.threat(kind, value);
        if (matches === undefined) continue;
        warn(fields, place.path, value, matches, received);
        seen.add(value);
      }
  }
}
