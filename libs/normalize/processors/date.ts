import { z } from 'zod';
import { type WallClock, wallClock, zoneMs } from '../time.ts';
import { dateFormatIssue, dateReader, namedFormats } from './date_format.ts';
import { defineProcessor, fieldPath } from './processor.ts';
import { failed, fieldReader, textAt, workWriter } from './work.ts';

const offset = /^[+-]\d\d:?\d\d$/;
const zones = new Map<string, WallClock | undefined>();

/** The clock of an IANA zone or of an offset such as `+0200`; undefined where it is neither. */
function clockOf(zone: string): WallClock | undefined {
  if (!zones.has(zone)) {
    if (zones.size >= 1_000) zones.clear();
    zones.set(zone, readZone(zone));
  }
  return zones.get(zone);
}

function readZone(zone: string): WallClock | undefined {
  if (offset.test(zone)) return (...parts) => Date.UTC(...parts) - zoneMs(zone);
  try {
    return wallClock(zone);
  } catch {
    // A record's own word for its zone may be none.
    return undefined;
  }
}

const format = z
  .string()
  .superRefine((text, context) => {
    const issue = dateFormatIssue(text);
    if (issue !== undefined) context.addIssue(issue);
  })
  .describe(
    `${namedFormats.join(', ')}, or letters: yyyy yy MMMM MMM MM M dd d HH H hh h mm ss s S a ZZ z EEE EEEE; other texts in '…'.`,
  )
  .meta({ examples: ['ISO8601', 'yyyy-MM-dd HH:mm:ss,SSS ZZ'] });

const zone = z
  .string()
  .refine((text) => clockOf(text) !== undefined, 'is no time zone such as Europe/Athens or +02:00');

/** Reads when something was. */
export const date = defineProcessor({
  name: 'date',
  summary:
    'Reads a point in time: by default into the event’s own. A stamp without a year gets the newest that is not in the future.',
  config: z.strictObject({
    field: fieldPath.describe('What is read: a text or a number.'),
    formats: z.array(format).min(1).describe('The first that fits is taken.'),
    zone: zone.describe('Of stamps that say none. Default: the zone of the configuration.').exactOptional(),
    zone_field: fieldPath.describe('Field with the zone of stamps that say none.').exactOptional(),
    to: fieldPath
      .describe('`@timestamp`, `event.created`, or a field that gets it as ISO 8601 in UTC.')
      .default('@timestamp'),
  }),
  examples: [
    {
      title: 'with a comma and a zone',
      config: { field: '_time', formats: ['UNIX', 'yyyy-MM-dd HH:mm:ss,SSS ZZ'] },
      before: { _time: '2026-11-21 10:08:01,250 +01:00' },
      after: { _time: '2026-11-21 10:08:01,250 +01:00', '@timestamp': '2026-11-21T09:08:01.250Z' },
    },
    {
      title: 'without a year, in a zone',
      config: { field: '_time', formats: ['SYSLOG'], zone: 'Europe/Athens' },
      before: { _time: 'Dec  1 11:08:01' },
      after: { _time: 'Dec  1 11:08:01', '@timestamp': '2025-12-01T09:08:01.000Z' },
    },
    {
      title: 'into another field',
      config: { field: '_end', formats: ['UNIX_MS'], to: 'event.end' },
      before: { _end: 1_795_252_081_250 },
      after: { _end: 1_795_252_081_250, event: { end: '2026-11-21T09:08:01.250Z' } },
    },
    {
      title: 'another form',
      config: { field: '_time', formats: ['UNIX'] },
      before: { _time: 'yesterday' },
      fails: 'date_mismatch',
    },
  ],
  create({ field, formats, zone: fixed, zone_field: zoneField, to }) {
    const read = fieldReader(field);
    const readZoneAt = zoneField === undefined ? undefined : fieldReader(zoneField);
    const readers = formats.map((name) => dateReader(name));
    const fixedClock = fixed === undefined ? undefined : clockOf(fixed);
    const write = workWriter(to);
    return (work) => {
      const text = textAt(read, work);
      if (text === undefined) return failed(`field_missing: ${field}`);
      const said = readZoneAt === undefined ? undefined : textAt(readZoneAt, work);
      const clock = (said === undefined ? undefined : clockOf(said)) ?? fixedClock ?? work.context.clock;
      const context = { clock, received: work.context.received };
      for (const reader of readers) {
        const time = reader(text, context);
        if (time === undefined) continue;
        if (to === '@timestamp') work.time = time;
        else if (to === 'event.created') work.created = time;
        else write(work, new Date(time).toISOString());
        return undefined;
      }
      return failed(`date_mismatch: ${field} has none of the formats`);
    };
  },
});
