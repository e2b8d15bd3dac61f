import { expect, test } from 'vitest';
import { createPeerFinder } from './peer.ts';

const peerOf = createPeerFinder(['10.0.0.0/8', '2001:db8::/32']);

test.each([
  ['a stranger’s word is not believed', '192.0.2.1', '198.51.100.7', '192.0.2.1'],
  ['no header', '10.0.0.1', undefined, '10.0.0.1'],
  ['one proxy', '10.0.0.1', '198.51.100.7', '198.51.100.7'],
  ['what the sender itself wrote stands first', '10.0.0.1', '127.0.0.1, 198.51.100.7', '198.51.100.7'],
  ['two proxies', '10.0.0.1', '198.51.100.7, 10.9.9.9', '198.51.100.7'],
  ['an untrusted proxy between', '10.0.0.1', '198.51.100.7, 203.0.113.5, 10.9.9.9', '203.0.113.5'],
  ['all of it trusted', '10.0.0.1', '10.0.0.2, 10.0.0.3', '10.0.0.2'],
  ['words that are no address', '10.0.0.1', '198.51.100.7, unknown', '10.0.0.1'],
  ['nothing', '10.0.0.1', '', '10.0.0.1'],
  ['ports', '10.0.0.1', '198.51.100.7:4711', '198.51.100.7'],
  ['IPv6 with a port', '2001:db8::1', '[2001:db9::5]:4711', '2001:db9::5'],
  ['IPv4 in IPv6', '10.0.0.1', '::ffff:198.51.100.7', '198.51.100.7'],
])('%s', (_, peer, header, expected) => {
  expect(peerOf(peer, header)).toBe(expected);
});
