import { z } from 'zod';
import { isName } from '../names.ts';
import { quotaConfig } from '../quota.ts';
import { addressRange } from '../ranges.ts';
import { tlsConfig } from '../tls.ts';

const mebibyte = 1024 * 1024;

/** One sender that is let in. Keys are long random strings, so a plain hash of one can't be guessed back. */
const apiKey = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_.-]+$/)
    .meta({
      description: 'Who sends with this key; the user name in basic authentication.',
      examples: ['office-gateway'],
    }),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .meta({
      description: 'SHA-256 of the key in lower-case hex, e.g. from `printf %s "$KEY" | sha256sum`.',
      examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
    }),
  sources: z
    .array(z.string())
    .optional()
    .meta({
      description: 'Sources the key may send to; `*` at the end stands for any rest. All when not given.',
      examples: [['winlogbeat-*', 'nginx']],
    }),
  quota: quotaConfig.optional().meta({
    description: 'How much may come with the key; over it its senders hear 429. Any amount when not given.',
    examples: [{ events_per_second: 2_000, bytes_per_second: 2_000_000 }],
  }),
});

export const httpConfig = z.strictObject({
  host: z
    .string()
    .default('127.0.0.1')
    .meta({
      description:
        'Address to listen on. Anything but loopback needs `tls` (or `insecure`), and `api_keys` or client certificates.',
      examples: ['127.0.0.1', '0.0.0.0'],
    }),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(9200)
    .meta({ description: 'TCP port; 0 takes any free one.', examples: [9200] }),
  tls: tlsConfig.optional().meta({
    description:
      'Serves HTTPS. With `client_ca` the subject of a client certificate names the sender, and no key is needed.',
    examples: [{ certificate: '/etc/tidewatch/tls.crt', key: '/etc/tidewatch/tls.key' }],
  }),
  insecure: z
    .boolean()
    .default(false)
    .meta({
      description: 'Lets other machines send without TLS: whoever is on the way reads their keys and events.',
      examples: [false],
    }),
  trusted_proxies: z
    .array(addressRange)
    .default([])
    .meta({
      description:
        'Proxies whose `X-Forwarded-For` is believed: the sender is the last address in it that is none of these.',
      examples: [['127.0.0.1', '10.20.0.0/16']],
    }),
  base_path: z
    .string()
    .regex(/^(\/[A-Za-z0-9._~-]+)*$/, 'is no path such as /logs, without a slash at its end')
    .default('')
    .meta({ description: 'Path under which all is served, as a proxy may want it.', examples: ['/logs'] }),
  hosts: z
    .array(z.string())
    .default([])
    .meta({
      description:
        'Names, beside its addresses, under which senders may reach this input (their Host header).',
      examples: [['logs.office.example']],
    }),
  api_keys: z
    .array(apiKey)
    .default([])
    .meta({ description: 'Who may send. Without keys every program of this machine may.', examples: [[]] }),
  server_keys: z
    .boolean()
    .default(false)
    .meta({
      description:
        'Lets in whoever has a key with the scope `ingest` that was made in the console or by `tidewatch key add`, beside `api_keys`; and nobody without one.',
      examples: [true],
    }),
  sources: z
    .record(z.string(), z.string().refine(isName, 'is no name of a source'))
    .default({})
    .meta({
      description:
        'Source names for indices; `*` at the end of an index stands for any rest. Otherwise an index is its own source.',
      examples: [{ 'winlogbeat-*': 'windows' }],
    }),
  source_quotas: z
    .record(z.string(), quotaConfig)
    .default({})
    .meta({
      description:
        'How much may come for a source, whoever sends it; `*` at the end stands for any rest, and the first that matches counts. Each source has the amount for itself.',
      examples: [{ 'winlogbeat-*': { events_per_second: 5_000 } }],
    }),
  max_sources: z
    .int()
    .min(1)
    .default(1_000)
    .meta({
      description:
        'Most different sources until the next start. Over it senders of new ones hear 429, since made-up sources would cost memory; map indices that belong together with `sources`.',
      examples: [1_000],
    }),
  max_body_bytes: z
    .int()
    .min(1024)
    .default(32 * mebibyte)
    .meta({ description: 'Largest body of a request once unpacked, in bytes.', examples: [33_554_432] }),
  max_compression_ratio: z
    .number()
    .min(1)
    .default(250)
    .meta({
      description: 'Largest ratio of a body over 1 MiB to its compressed size. Logs reach 10 to 100.',
      examples: [250],
    }),
  max_documents: z
    .int()
    .min(1)
    .default(50_000)
    .meta({ description: 'Most documents in one request.', examples: [50_000] }),
  max_pending_bytes: z
    .int()
    .min(1024)
    .default(128 * mebibyte)
    .meta({
      description: 'Most bytes of bodies held at once, over all requests; above it senders hear 429.',
      examples: [134_217_728],
    }),
  max_connections: z
    .int()
    .min(1)
    .default(1024)
    .meta({ description: 'Most connections at once; more are closed at once.', examples: [1024] }),
  request_timeout_ms: z
    .int()
    .min(100)
    .default(120_000)
    .meta({
      description: 'Longest time a sender may take over one request, in milliseconds.',
      examples: [120_000],
    }),
  version: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/)
    .default('8.19.0')
    .meta({
      description: 'Elasticsearch version told to shippers. Beats want one that is not older than their own.',
      examples: ['8.19.0', '9.2.0'],
    }),
});

export type HttpConfig = z.infer<typeof httpConfig>;
