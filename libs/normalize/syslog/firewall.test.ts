import { expect, test } from 'vitest';
import { normalised, pick } from '../normalised.suite.ts';

const mac = '52:54:00:aa:bb:01:52:54:00:aa:bb:02:08:00';
const tail = 'LEN=60 TOS=0x00 PREC=0x00 TTL=51 ID=54321 DF';

test.each<[message: string, expected: Record<string, unknown>]>([
  [
    `[ 8123.456789] [UFW BLOCK] IN=eth0 OUT= MAC=${mac} SRC=203.0.113.9 DST=192.0.2.4 ${tail} PROTO=TCP SPT=4711 DPT=22 WINDOW=1024 RES=0x00 SYN URGP=0`,
    {
      'event.category': ['network'],
      'event.type': ['connection', 'denied'],
      'event.action': 'packet_denied',
      'rule.name': 'UFW BLOCK',
      'source.ip': '203.0.113.9',
      'source.port': 4711,
      'source.mac': '52-54-00-AA-BB-02',
      'destination.ip': '192.0.2.4',
      'destination.port': 22,
      'destination.mac': '52-54-00-AA-BB-01',
      'network.transport': 'tcp',
      'network.type': 'ipv4',
      'network.bytes': 60,
      'network.direction': 'ingress',
      'observer.ingress.interface.name': 'eth0',
      'related.ip': ['203.0.113.9', '192.0.2.4'],
    },
  ],
  [
    `[UFW ALLOW] IN= OUT=eth0 SRC=192.0.2.4 DST=203.0.113.9 ${tail} PROTO=UDP SPT=5353 DPT=53`,
    {
      'event.type': ['connection', 'allowed'],
      'network.direction': 'egress',
      'network.transport': 'udp',
      'observer.egress.interface.name': 'eth0',
    },
  ],
  [
    `iptables-dropped: IN=wlan0 OUT= MAC= SRC=203.0.113.9 DST=192.0.2.4 ${tail} PROTO=ICMP TYPE=8 CODE=0`,
    {
      'rule.name': 'iptables-dropped',
      'event.action': 'packet_denied',
      'source.port': undefined,
      'source.mac': undefined,
      'network.transport': 'icmp',
    },
  ],
  [
    `nft accept: IN=br0 OUT=eth1 SRC=10.0.0.9 DST=10.1.0.9 ${tail} PROTO=TCP SPT=1 DPT=2`,
    { 'event.action': 'packet_allowed', 'network.direction': undefined },
  ],
  [
    `IN=eth0 OUT= MAC=${mac} SRC=203.0.113.9 DST=192.0.2.4 ${tail} PROTO=TCP SPT=1 DPT=2`,
    { 'event.type': ['connection'], 'event.action': 'packet_logged', rule: undefined },
  ],
  [
    `[UFW BLOCK] IN=eth0 OUT= MAC=${mac} SRC=2001:0db8::9 DST=2001:db8::4 LEN=80 TC=0 PROTO=TCP SPT=1 DPT=2`,
    { 'network.type': 'ipv6', 'source.ip': '2001:0db8::9' },
  ],
  [
    `[UFW LIMIT BLOCK] IN=eth0 OUT= MAC=${mac} SRC=203.0.113.9 DST=192.0.2.4 ${tail} PROTO=2`,
    { 'network.iana_number': '2', 'network.transport': undefined, 'rule.name': 'UFW LIMIT BLOCK' },
  ],
  [
    `DROP IN=eth0 OUT= SRC=203.0.113.9 DST=192.0.2.4 LEN=96 PROTO=ICMP TYPE=3 CODE=3 [SRC=192.0.2.4 DST=203.0.113.9 LEN=68 PROTO=UDP SPT=53 DPT=9 ]`,
    { 'source.ip': '203.0.113.9', 'network.transport': 'icmp' },
  ],
])('%s', (message, expected) => {
  const event = normalised(`<4>Nov 21 09:08:01 gw1 kernel: ${message}`);
  expect(event.event.dataset).toBe('linux.firewall');
  expect(pick(event, expected)).toEqual(expected);
});

test('other messages of the kernel are plain syslog', () => {
  const event = normalised('<6>Nov 21 09:08:01 gw1 kernel: [  1.2] eth0: link becomes ready');
  expect(event.event.dataset).toBe('linux.syslog');
});
