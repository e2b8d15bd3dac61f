import type { JsonObject } from '@tidewatch/event';
import { z } from 'zod';
import { addOwn } from '../setters.ts';
import { dateFormatIssue, dateReader } from './date_format.ts';
import { address, mac, nameOf, number, type Place, stampTime, text, transport } from './extension.ts';
import { readPairs } from './pairs.ts';
import { defineProcessor, textField } from './processor.ts';
import { failed, fieldReader, isNoValue, mergeFields, textAt, type Work } from './work.ts';

/** Where ECS has what stands under a key of LEEF (IBM, LEEF event attributes). */
const dictionary: Readonly<Record<string, Place>> = {
  src: text('source.address'),
  srcPort: number('source.port'),
  srcMAC: mac('source.mac'),
  srcPostNAT: address('source.nat.ip'),
  srcPostNATPort: number('source.nat.port'),
  srcBytes: number('source.bytes'),
  srcPackets: number('source.packets'),
  dst: text('destination.address'),
  dstPort: number('destination.port'),
  dstMAC: mac('destination.mac'),
  dstPostNAT: address('destination.nat.ip'),
  dstPostNATPort: number('destination.nat.port'),
  dstBytes: number('destination.bytes'),
  dstPackets: number('destination.packets'),
  totalPackets: number('network.packets'),
  proto: transport,
  usrName: text('user.name'),
  domain: text('user.domain'),
  sev: number('event.severity'),
  url: text('url.original'),
  resource: text('service.name'),
};

const line =
  'LEEF:2.0|Example|Gate|2.1|100|^|src=192.0.2.7^srcPort=4711^usrName=alice^devTime=Nov 21 2026 09:08:01^sev=5^cat=Login';

/** Reads LEEF, the Log Event Extended Format, 1.0 and 2.0. */
export const leef = defineProcessor({
  name: 'leef',
  summary:
    'Reads LEEF 1.0 and 2.0: header to `observer` and `event.code`, the format’s keys to ECS, others to `leef.extensions`.',
  config: z.strictObject({ field: textField }),
  examples: [
    {
      title: 'version 2.0, with a separator of its own',
      config: {},
      before: { message: line },
      after: {
        message: line,
        leef: { version: '2.0', extensions: { cat: 'Login' } },
        observer: { vendor: 'Example', product: 'Gate', version: '2.1' },
        event: { code: '100', severity: 5 },
        source: { address: '192.0.2.7', port: 4711 },
        user: { name: 'alice' },
        '@timestamp': '2026-11-21T09:08:01.000Z',
      },
    },
    { title: 'no LEEF', config: {}, before: { message: 'LEEF:1.0|a' }, fails: 'pattern_mismatch' },
  ],
  create({ field }) {
    const read = fieldReader(field);
    return (work) => {
      const text = textAt(read, work);
      if (text === undefined) return failed(`field_missing: ${field}`);
      const start = text.indexOf('LEEF:');
      if (start < 0 || start > 512) return failed(`pattern_mismatch: ${field} has no header of LEEF`);
      const [version = '', ...parts] = text.slice(start + 5).split('|', 5);
      if (parts.length < 4) return failed(`pattern_mismatch: ${field} has no header of LEEF`);
      const [vendor = '', product = '', productVersion = '', code = ''] = parts;
      mergeFields(work.fields, {
        leef: { version },
        observer: { vendor, product, version: productVersion },
        event: { code },
      });
      const header = version.length + parts.reduce((sum, part) => sum + part.length, 0) + 5;
      readAttributes(text.slice(start + 5 + header), version, work);
      return undefined;
    };
  },
});

function readAttributes(text: string, version: string, work: Work): void {
  const bar = version.startsWith('2') ? text.indexOf('|') : -1;
  // In 2.0 a separator may stand before the attributes: a character, or its code in hexadecimal.
  const hasSeparator = bar >= 0 && bar <= 6;
  const separator = hasSeparator ? separatorOf(text.slice(0, bar)) : '\t';
  const pairs = new Map<string, string>();
  readPairs(
    hasSeparator ? text.slice(bar + 1) : text,
    { pair: separator, value: '=', quotes: false },
    (key, value) => {
      if (value !== undefined && !isNoValue(value)) pairs.set(key.trim(), value);
    },
  );
  take(pairs, work);
}

function separatorOf(text: string): string {
  if (text === '') return '\t';
  const code = /^(?:0?x)([\dA-Fa-f]{1,4})$/.exec(text)?.[1];
  return code === undefined ? text : String.fromCharCode(Number.parseInt(code, 16));
}

function take(pairs: ReadonlyMap<string, string>, work: Work): void {
  const extensions: JsonObject = {};
  const stamp = pairs.get('devTime');
  const time = stamp === undefined ? undefined : timeOf(stamp, pairs.get('devTimeFormat'), work);
  if (time !== undefined) work.time = time;
  for (const [key, value] of pairs) {
    if (time !== undefined && (key === 'devTime' || key === 'devTimeFormat')) continue;
    const place = Object.hasOwn(dictionary, key) ? dictionary[key] : undefined;
    if (place?.(work, value) !== true) addOwn(extensions, nameOf(key), value);
  }
  if (Object.keys(extensions).length > 0) mergeFields(work.fields, { leef: { extensions } });
}

function timeOf(stamp: string, format: string | undefined, work: Work): number | undefined {
  if (format === undefined || format.length > 64 || dateFormatIssue(format) !== undefined)
    return stampTime(stamp, work);
  const { clock, received } = work.context;
  return dateReader(format)(stamp, { clock, received }) ?? stampTime(stamp, work);
}
