import { expect, test } from 'vitest';
import { ownTime } from '../../../test/own_time.ts';
import { tryProcessor } from '../parsers/try.suite.ts';

const read = (message: string) => tryProcessor({ cef: {} }, { message }).fields;
const header = 'CEF:0|V|P|1|c|n|3|';

test.each([
  ['rt=1795252081250', { '@timestamp': '2026-11-21T09:08:01.250Z' }],
  ['rt=Nov 21 2026 09:08:01', { '@timestamp': '2026-11-21T09:08:01.000Z' }],
  ['rt=Nov 21 10:08:01.250 CET', { '@timestamp': '2026-11-21T09:08:01.250Z' }],
  ['end=someday', { cef: { extensions: { end: 'someday' } } }],
  ['request=https://example.org/?a=b&c=d act=x', { url: { original: 'https://example.org/?a=b&c=d' } }],
  ['msg=line\\nnext C:\\\\x\\=y', { message: 'line\nnext C:\\x=y' }],
  [
    'cs1=a cn1=7 cn1Label=Hits c6a2=2001:db8::1',
    { cef: { extensions: { cs1: 'a', Hits: '7', c6a2: '2001:db8::1' } } },
  ],
  ['cs1Label=alone', { cef: { extensions: { cs1Label: 'alone' } } }],
  ['ad.field[0]=1 __proto__=2 constructor=3', { cef: { extensions: { ad_field_0: '1', proto: '2' } } }],
  [
    'proto=6 deviceDirection=1 outcome=Failed',
    { network: { transport: 'tcp', direction: 'outbound' }, event: { outcome: 'failure' } },
  ],
  ['outcome=partly', { cef: { extensions: { outcome: 'partly' } } }],
  [
    'smac=00:53:00:ab:cd:ef fileHash=d41d8cd98f00b204e9800998ecf8427e',
    { source: { mac: '00-53-00-AB-CD-EF' }, file: { hash: { md5: 'd41d8cd98f00b204e9800998ecf8427e' } } },
  ],
  ['spt=x src=-', { cef: { extensions: { spt: 'x' } } }],
])('%s', (extension, expected) => {
  expect(read(header + extension)).toMatchObject(expected);
});

test.each([
  ['7', 7],
  ['Very-High', 9],
  ['Low', 0],
  ['Unknown', undefined],
  ['11', undefined],
])('severity %s is %s', (severity, number) => {
  expect(read(`CEF:1|V|P|1|c|n|${severity}|`).event).toEqual({
    code: 'c',
    ...(number === undefined ? {} : { severity: number }),
  });
});

test.each([
  'a='.repeat(500_000),
  '='.repeat(900_000),
  'a'.repeat(900_000),
  '\\='.repeat(400_000),
  ' =a'.repeat(300_000),
])('a long extension is read in time: %#', (extension) => {
  const run = () => {
    const started = ownTime();
    read(header + extension);
    return ownTime() - started;
  };
  expect(Math.min(run(), run(), run())).toBeLessThan(100);
});
