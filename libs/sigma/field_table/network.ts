import { every, type FieldEntry, type SourceEntry, valued } from './entry.ts';

const ends: Readonly<Record<string, FieldEntry>> = {
  src_ip: ['source.ip', 'client.ip'],
  src_port: ['source.port', 'client.port'],
  src_mac: 'source.mac',
  dst_ip: ['destination.ip', 'server.ip'],
  dst_port: ['destination.port', 'server.port'],
  dst_mac: 'destination.mac',
  protocol: 'network.transport',
  username: 'user.name',
};

const answers = every('dns.answers.data', 'dns.resolved_ip');

const dnsFields: Readonly<Record<string, FieldEntry>> = {
  query: 'dns.question.name',
  record_type: 'dns.question.type',
  qtype_name: 'dns.question.type',
  answer: answers,
  answers,
  response_code: 'dns.response_code',
  parent_domain: 'dns.question.registered_domain',
};

/** What became of a packet, in the words that rules on firewalls use, by ECS's `event.type` and vendors' words. */
const verdict: FieldEntry = {
  take: 'every',
  paths: ['event.action', 'event.type'],
  values: {
    allow: 'accept',
    allowed: 'accept',
    permit: 'accept',
    permitted: 'accept',
    pass: 'accept',
    packet_allowed: 'accept',
  },
};
const blocked = valued({ allowed: 'false', denied: 'true' }, 'event.type');

export const network: readonly SourceEntry[] = [
  {
    logsource: { category: 'dns' },
    datasets: [
      'zeek.dns',
      'suricata.dns',
      'windows.dns_server',
      'linux.dnsmasq',
      'bind.query',
      'coredns.log',
      'unbound',
    ],
    fields: { ...ends, ...dnsFields },
  },
  {
    logsource: { category: 'firewall' },
    datasets: [
      'linux.firewall',
      'iptables.log',
      'cisco.asa',
      'cisco_asa.log',
      'fortinet.traffic',
      'fortinet.firewall',
      'fortinet_fortigate.log',
      'panw.traffic',
      'panw.panos',
      'zeek.conn',
      'zeek.connection',
      'suricata.flow',
      'netflow.log',
      'ipfix',
      'aws.vpcflow',
      'pfsense',
    ],
    fields: { ...ends, action: verdict, blocked },
  },
  {
    logsource: { category: 'network' },
    datasets: ['zeek', 'suricata', 'netflow.log', 'ipfix'],
    fields: { ...ends, ...dnsFields },
  },
  {
    logsource: { service: 'netflow' },
    datasets: ['netflow.log', 'ipfix', 'aws.vpcflow'],
    fields: ends,
  },
  {
    logsource: { product: 'fortigate', service: 'event' },
    datasets: ['fortinet.event', 'fortinet.firewall', 'fortinet_fortigate.log'],
    namespaces: ['fortinet.firewall'],
    own: 'action cfgpath cfgobj cfgattr cfgtid logdesc logid',
    fields: { action: 'event.action', user: 'user.name' },
  },
  {
    logsource: { product: 'fortios', service: 'sslvpnd' },
    datasets: ['fortinet.event', 'fortinet.firewall', 'fortinet_fortigate.log'],
  },
  {
    logsource: { product: 'cisco', service: 'aaa' },
    datasets: ['cisco.ios', 'cisco.nexus', 'cisco.aaa', 'cisco_ios.log'],
  },
  {
    logsource: { product: 'cisco', service: 'bgp' },
    datasets: ['cisco.ios', 'cisco.nexus', 'cisco_ios.log'],
  },
  {
    logsource: { product: 'cisco', service: 'ldp' },
    datasets: ['cisco.ios', 'cisco.nexus', 'cisco_ios.log'],
  },
  {
    logsource: { product: 'cisco', service: 'syslog' },
    datasets: ['cisco.asa', 'cisco.ios', 'cisco.nexus', 'cisco_ios.log', 'cisco_asa.log'],
  },
  { logsource: { product: 'huawei', service: 'bgp' }, datasets: ['huawei'] },
  { logsource: { product: 'juniper', service: 'bgp' }, datasets: ['juniper.junos'] },
  ...(['appliance', 'file_event'] as const).map(
    (category): SourceEntry => ({
      logsource: { product: 'paloalto', category, service: 'globalprotect' },
      datasets: ['panw.globalprotect', 'panw.panos'],
    }),
  ),
];
