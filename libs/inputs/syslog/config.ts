import { isIP } from 'node:net';
import { z } from 'zod';
import { isName } from '../names.ts';

const range = z.string().refine((text) => {
  const [address = '', prefix, more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more !== undefined) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}, 'is neither an address nor a range such as 10.0.0.0/8');

export const syslogConfig = z.strictObject({
  protocols: z
    .array(z.enum(['udp', 'tcp']))
    .min(1)
    .default(['udp', 'tcp'])
    .meta({
      description: 'Transports to listen on; both use the same port number.',
      examples: [['udp', 'tcp'], ['tcp']],
    }),
  host: z
    .string()
    .default('127.0.0.1')
    .meta({
      description: 'Address to listen on. Anything but loopback needs `allow_from`.',
      examples: ['127.0.0.1', '::'],
    }),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(5514)
    .meta({ description: 'Port; 0 takes any free one. 514 needs a privilege.', examples: [5514] }),
  allow_from: z
    .array(range)
    .default([])
    .meta({
      description:
        'Addresses or ranges that may send. Syslog has no keys, so this is all that asks who sends.',
      examples: [['10.20.0.0/16', '2001:db8::7']],
    }),
  source: z
    .string()
    .refine(isName, 'has other characters than a-z, 0-9, "_", "-" and "."')
    .default('syslog')
    .meta({ description: 'Name of the source that records come from.', examples: ['syslog', 'firewall'] }),
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
      description: 'Most TCP connections at once; more are closed at once and counted.',
      examples: [256],
    }),
  max_pending_bytes: z
    .int()
    .min(1024)
    .default(8 * 1024 * 1024)
    .meta({
      description:
        'Messages held for the pipeline, per transport. Above it TCP senders are made to wait and UDP datagrams are dropped and counted.',
      examples: [8_388_608],
    }),
});

export type SyslogConfig = z.infer<typeof syslogConfig>;
