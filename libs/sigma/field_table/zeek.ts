import { every, type FieldEntry, type SourceEntry } from './entry.ts';

const ends: Readonly<Record<string, FieldEntry>> = {
  uid: ['zeek.session_id', 'event.id'],
  'id.orig_h': 'source.ip',
  'id.orig_p': 'source.port',
  'id.resp_h': 'destination.ip',
  'id.resp_p': 'destination.port',
};

/** Zeek's own names below `zeek.<log>`, as the log writes them; ECS's for what ECS has. */
const zeek = (
  service: string,
  own: string,
  fields: Readonly<Record<string, FieldEntry>>,
  ...others: string[]
): SourceEntry => ({
  logsource: { product: 'zeek', service },
  datasets: [`zeek.${service}`, ...others],
  namespaces: [`zeek.${service}`, ...others],
  own,
  fields: { ...ends, ...fields },
});

export const zeekLogs: readonly SourceEntry[] = [
  zeek(
    'conn',
    'history conn_state missed_bytes local_orig local_resp',
    {
      proto: 'network.transport',
      service: 'network.protocol',
      orig_bytes: 'source.bytes',
      resp_bytes: 'destination.bytes',
      duration: 'event.duration',
    },
    'zeek.connection',
  ),
  zeek('dns', 'rejected Z AA TC RD RA qclass qclass_name qtype rtt TTLs trans_id', {
    query: 'dns.question.name',
    qtype_name: 'dns.question.type',
    record_type: 'dns.question.type',
    rcode_name: 'dns.response_code',
    answers: every('dns.answers.data', 'dns.resolved_ip'),
  }),
  zeek(
    'http',
    'client_header_names server_header_names request_body_len response_body_len tags trans_depth',
    {
      method: 'http.request.method',
      host: ['url.domain', 'destination.domain'],
      uri: ['url.original', 'url.path'],
      'c-uri': ['url.original', 'url.full', 'url.path'],
      user_agent: 'user_agent.original',
      'c-useragent': 'user_agent.original',
      referrer: 'http.request.referrer',
      username: 'user.name',
      version: 'http.version',
      status_code: 'http.response.status_code',
      request_body_len: 'http.request.body.bytes',
      response_body_len: 'http.response.body.bytes',
      orig_mime_types: 'http.request.mime_type',
      resp_mime_types: 'http.response.mime_type',
    },
  ),
  zeek('dce_rpc', 'operation endpoint named_pipe rtt', { operation: 'event.action' }),
  zeek('kerberos', 'request_type cipher service client success error_msg till forwardable renewable', {
    request_type: 'event.action',
    client: 'client.user.name',
  }),
  zeek('rdp', 'cookie result security_protocol client_build client_name desktop_width', {}),
  zeek('smb_files', 'action name path size prev_name', {
    action: 'event.action',
    name: ['file.name', 'file.path'],
    path: ['file.path', 'file.directory'],
    size: 'file.size',
  }),
  zeek(
    'x509',
    'certificate.serial certificate.subject certificate.issuer certificate.not_valid_before certificate.not_valid_after',
    {
      'certificate.serial': ['file.x509.serial_number', 'tls.server.x509.serial_number'],
      'certificate.subject': 'file.x509.subject.distinguished_name',
      'certificate.issuer': 'file.x509.issuer.distinguished_name',
    },
  ),
  zeek('ssl', 'version cipher curve server_name resumed established ja3 ja3s', {
    cipher: 'tls.cipher',
    curve: 'tls.curve',
    server_name: 'tls.client.server_name',
    resumed: 'tls.resumed',
    established: 'tls.established',
    next_protocol: 'tls.next_protocol',
    subject: 'tls.server.subject',
    issuer: 'tls.server.issuer',
    ja3: 'tls.client.ja3',
    ja3s: 'tls.server.ja3s',
  }),
  zeek('files', 'fuid tx_hosts rx_hosts source analyzers extracted', {
    mime_type: 'file.mime_type',
    filename: 'file.name',
    md5: 'file.hash.md5',
    sha1: 'file.hash.sha1',
    sha256: 'file.hash.sha256',
  }),
  zeek('notice', 'note msg sub actions peer_descr', { note: 'rule.name', msg: 'message' }),
];
