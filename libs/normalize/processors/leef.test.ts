import { expect, test } from 'vitest';
import { tryProcessor } from '../parsers/try.suite.ts';

const read = (message: string) => tryProcessor({ leef: {} }, { message }).fields;

test.each([
  [
    'LEEF:1.0|V|P|1|c|src=192.0.2.7\tdst=198.51.100.9\tproto=17',
    {
      leef: { version: '1.0' },
      source: { address: '192.0.2.7' },
      destination: { address: '198.51.100.9' },
      network: { transport: 'udp' },
    },
  ],
  [
    'LEEF:2.0|V|P|1|c|x7C|usrName=alice|sev=9',
    { user: { name: 'alice' }, event: { code: 'c', severity: 9 } },
  ],
  ['LEEF:2.0|V|P|1|c||usrName=a b\tsev=9', { user: { name: 'a b' } }],
  [
    'LEEF:2.0|V|P|1|c|usrName=alice\tmsg=a|b',
    { user: { name: 'alice' }, leef: { extensions: { msg: 'a|b' } } },
  ],
  [
    'x LEEF:1.0|V|P|1|c|devTime=2026-11-21 10:08\tdevTimeFormat=yyyy-MM-dd HH:mm',
    { '@timestamp': '2026-11-21T10:08:00.000Z' },
  ],
  [
    'LEEF:1.0|V|P|1|c|devTime=soon\tidentHostName=web1',
    { leef: { extensions: { devTime: 'soon', identHostName: 'web1' } } },
  ],
])('%s', (line, expected) => {
  expect(read(line)).toMatchObject(expected);
});
