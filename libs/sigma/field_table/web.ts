import { every, type FieldEntry, type SourceEntry } from './entry.ts';

const wholeUrl = ['url.original', 'url.full', 'url.path'];
// Rules take both for what stands behind the host: with and without the query, with and without the path.
const query = every('url.original', 'url.path', 'url.query');
const stem = every('url.path', 'url.original');

/** Names of the W3C extended log format, which rules on web servers and on proxies share. */
const w3c: Readonly<Record<string, FieldEntry>> = {
  'c-ip': ['source.ip', 'client.ip'],
  's-ip': ['destination.ip', 'server.ip'],
  's-port': ['destination.port', 'server.port'],
  's-computername': 'host.name',
  's-sitename': 'url.domain',
  'c-uri': wholeUrl,
  'cs-uri': wholeUrl,
  'c-uri-extension': 'url.extension',
  'c-uri-query': query,
  'cs-uri-query': query,
  'c-uri-stem': stem,
  'cs-uri-stem': stem,
  'c-useragent': 'user_agent.original',
  'cs-user-agent': 'user_agent.original',
  'cs-host': ['url.domain', 'destination.domain'],
  'r-dns': ['url.domain', 'destination.domain', 'dns.question.name'],
  'cs-method': 'http.request.method',
  'cs-referer': 'http.request.referrer',
  'cs-referrer': 'http.request.referrer',
  'cs-version': 'http.version',
  'cs-username': 'user.name',
  'cs-content-type': 'http.request.mime_type',
  'cs-cookie': ['iis.access.cookie', 'squid.access.cookie'],
  'cs-bytes': 'http.request.bytes',
  'sc-bytes': 'http.response.bytes',
  'sc-status': 'http.response.status_code',
};

export const web: readonly SourceEntry[] = [
  {
    logsource: { category: 'webserver' },
    datasets: [
      'nginx.access',
      'apache.access',
      'iis.access',
      'tomcat.access',
      'haproxy.log',
      'traefik.access',
      'modsecurity',
    ],
    fields: w3c,
  },
  {
    logsource: { category: 'proxy' },
    datasets: [
      'squid.access',
      'zeek.http',
      'suricata.http',
      'zscaler',
      'bluecoat',
      'haproxy.log',
      'traefik.access',
      'panw.url',
      'panw.panos',
      'fortinet.webfilter',
      'fortinet.firewall',
    ],
    fields: {
      ...w3c,
      src_ip: ['source.ip', 'client.ip'],
      dst_ip: ['destination.ip', 'server.ip'],
      src_port: ['source.port', 'client.port'],
      dst_port: ['destination.port', 'server.port'],
      action: 'event.action',
    },
  },
  { logsource: { product: 'windows', category: 'webserver' }, datasets: ['iis.access'] },
  { logsource: { service: 'nginx' }, datasets: ['nginx.access', 'nginx.error'] },
  { logsource: { service: 'apache' }, datasets: ['apache.access', 'apache.error'] },
];
