import { z } from 'zod';
import { isName } from '../names.ts';
import { quotaConfig } from '../quota.ts';
import { addressRange } from '../ranges.ts';
import { tlsConfig } from '../tls.ts';

const port = z.int().min(0).max(65_535);

const senderTls = tlsConfig
  .extend({
    allow_subjects: z
      .array(z.string().min(1))
      .default([])
      .meta({
        description:
          'Names, one of which a client certificate must have as its common name or an alternative name; `*.` stands for one label. Any of the authority’s may send when none is given.',
        examples: [['fw1.example.org', '*.dmz.example.org']],
      }),
  })
  .refine(({ allow_subjects, client_ca }) => allow_subjects.length === 0 || client_ca !== undefined, {
    path: ['allow_subjects'],
    message: 'needs `client_ca`, since without it no certificate is asked for',
  });

/** What all ways to take syslog share. */
export const senderFields = {
  host: z
    .string()
    .default('127.0.0.1')
    .meta({
      description:
        'Address to listen on. Anything but loopback needs TLS (or `insecure`), and `allow_from` or client certificates.',
      examples: ['127.0.0.1', '::'],
    }),
  insecure: z
    .boolean()
    .default(false)
    .meta({
      description:
        'Lets other machines send without TLS, as most devices do: whoever is on the way reads and forges messages.',
      examples: [true],
    }),
  tls: senderTls.optional().meta({
    description: 'Certificate and key of this input, and which client certificates it asks for.',
    examples: [
      {
        certificate: '/etc/tidewatch/tls.crt',
        key: '/etc/tidewatch/tls.key',
        client_ca: '/etc/tidewatch/clients.pem',
        allow_subjects: ['*.dmz.example.org'],
      },
    ],
  }),
  allow_from: z
    .array(addressRange)
    .default([])
    .meta({
      description:
        'Addresses or ranges that may send. Syslog has no keys: this and client certificates are all that asks who sends.',
      examples: [['10.20.0.0/16', '2001:db8::7']],
    }),
  dataset: z
    .string()
    .optional()
    .meta({
      description: 'Data set of the records, where all senders speak of one thing.',
      examples: ['cisco.asa'],
    }),
  format: z
    .enum(['syslog', 'auto'])
    .default('syslog')
    .meta({ description: '`auto` also takes lines that are JSON documents.', examples: ['syslog'] }),
  max_line_bytes: z
    .int()
    .min(480)
    .default(64 * 1024)
    .meta({
      description: 'Longest message; the rest of a longer one is cut off and counted.',
      examples: [65_536],
    }),
  max_connections: z
    .int()
    .min(1)
    .default(256)
    .meta({
      description: 'Most connections at once, per transport; more are closed at once and counted.',
      examples: [256],
    }),
  idle_timeout_ms: z
    .int()
    .min(100)
    .optional()
    .meta({
      description:
        'A connection on which nothing came for so long is closed, in milliseconds; never when not given. Time in which Tidewatch makes the sender wait does not count.',
      examples: [3_600_000],
    }),
  peer_quota: quotaConfig.optional().meta({
    description:
      'How much may come from one address. Over it connections are not read for a while, and datagrams are dropped and counted.',
    examples: [{ events_per_second: 2_000, bytes_per_second: 2_000_000 }],
  }),
} as const;

/** The `source` of an input whose records all have one. */
export const sourceField = (name: string) =>
  z
    .string()
    .refine(isName, 'has other characters than a-z, 0-9, "_", "-" and "."')
    .default(name)
    .meta({ description: 'Name of the source that records come from.', examples: [name, 'firewall'] });

export const syslogConfig = z.strictObject({
  ...senderFields,
  protocols: z
    .array(z.enum(['udp', 'tcp', 'tls']))
    .min(1)
    .default(['udp', 'tcp'])
    .meta({
      description: 'Transports to listen on; `udp` and `tcp` use the same port number, `tls` has its own.',
      examples: [['udp', 'tcp'], ['tls']],
    }),
  port: port.default(5514).meta({
    description: 'Port of UDP and TCP; 0 takes any free one. 514 needs a privilege.',
    examples: [5514],
  }),
  tls_port: port
    .default(6514)
    .meta({ description: 'Port of TLS (RFC 5425); 0 takes any free one.', examples: [6514] }),
  source: sourceField('syslog'),
  max_pending_bytes: z
    .int()
    .min(1024)
    .default(8 * 1024 * 1024)
    .meta({
      description:
        'Messages held for the pipeline, per transport. Above it connections are made to wait, and datagrams are dropped and counted.',
      examples: [8_388_608],
    }),
});

export type SyslogConfig = z.infer<typeof syslogConfig>;
/** What {@link senderFields} read as. */
export type SenderConfig = z.infer<z.ZodObject<typeof senderFields>>;
