import type { Json, JsonObject } from '@tidewatch/event';
import { ipAddress, parseLong } from '../setters.ts';
import { type ProgramParser, type SyslogFields, setEvent } from './program.ts';

/**
 * Netfilter's log lines (Linux nf_log_syslog), whatever the prefix that iptables, nftables or ufw puts in front:
 * `[123.4] [UFW BLOCK] IN=eth0 OUT= MAC=… SRC=203.0.113.9 DST=192.0.2.4 LEN=40 … PROTO=TCP SPT=4711 DPT=22 … SYN`.
 * Other messages of the kernel are left as they are.
 */
export const parseKernel: ProgramParser = (message, fields) => {
  const at = packetStart(message);
  if (at < 0) return 'linux.syslog';
  const prefix = message
    .slice(0, at)
    .replace(/^\[ *\d{1,10}\.\d{1,9}\] ?/, '')
    .trim();
  const packet = readPacket(message.slice(at, at + 2_048));
  const verdict = verdictOf(prefix);
  const type = verdict === undefined ? ['connection'] : ['connection', verdict];
  setEvent(fields, 'network', type, `packet_${verdict ?? 'logged'}`, verdict && outcomes[verdict]);
  if (prefix !== '') fields.rule = { name: prefix.replace(/^\[(.*)\]$/, '$1').replace(/[:\s]+$/, '') };
  setPacket(fields, packet);
  return 'linux.firewall';
};

/** The kernel cuts a rule's prefix at 128 characters. */
const maxPrefix = 256;

function packetStart(message: string): number {
  const at = message.slice(0, maxPrefix).indexOf('IN=');
  return at >= 0 && message.includes(' OUT=', at) && message.includes(' SRC=', at) ? at : -1;
}

const outcomes = { denied: 'failure', allowed: 'success' } as const;

/** The kernel doesn't log what became of the packet: the rule's prefix tells, by custom. */
function verdictOf(prefix: string): 'denied' | 'allowed' | undefined {
  if (/block|drop|reject|den[iy]|limit/i.test(prefix)) return 'denied';
  return /allow|accept|pass/i.test(prefix) ? 'allowed' : undefined;
}

/** Key and value pairs; the first of a name counts. ICMP errors quote another packet in brackets after their own. */
function readPacket(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const word of text.split(' ')) {
    if (word.startsWith('[')) break;
    const equals = word.indexOf('=');
    const key = equals < 0 ? word : word.slice(0, equals);
    if (!values.has(key)) values.set(key, equals < 0 ? '' : word.slice(equals + 1));
  }
  return values;
}

function setPacket(fields: SyslogFields, packet: ReadonlyMap<string, string>): void {
  const mac = packet.get('MAC')?.split(':') ?? [];
  fields.source = end(packet.get('SRC'), packet.get('SPT'), mac.slice(6, 12));
  fields.destination = end(packet.get('DST'), packet.get('DPT'), mac.slice(0, 6));
  const network: JsonObject = {};
  const transport = packet.get('PROTO')?.toLowerCase();
  if (transport !== undefined) {
    if (/^\d+$/.test(transport)) network.iana_number = transport;
    else network.transport = transport === 'icmpv6' ? 'ipv6-icmp' : transport;
  }
  const source = packet.get('SRC') ?? '';
  network.type = source.includes(':') ? 'ipv6' : 'ipv4';
  const bytes = parseLong(packet.get('LEN') ?? '');
  if (bytes !== undefined) network.bytes = bytes;
  const [incoming, outgoing] = [packet.get('IN') ?? '', packet.get('OUT') ?? ''];
  if (incoming !== '' && outgoing === '') network.direction = 'ingress';
  if (incoming === '' && outgoing !== '') network.direction = 'egress';
  fields.network = network;
  const observer: JsonObject = {};
  if (incoming !== '') observer.ingress = { interface: { name: incoming } };
  if (outgoing !== '') observer.egress = { interface: { name: outgoing } };
  fields.observer = observer;
}

function end(address: string | undefined, port: string | undefined, mac: readonly string[]): Json {
  const result: JsonObject = {};
  const ip = address === undefined ? undefined : ipAddress(address);
  if (ip !== undefined) result.ip = ip;
  const number = port === undefined ? undefined : parseLong(port);
  if (number !== undefined) result.port = number;
  if (mac.length === 6 && mac.every((part) => /^[\da-f]{2}$/i.test(part)))
    result.mac = mac.join('-').toUpperCase();
  return result;
}
