import { z } from 'zod';
import { isName } from '../names.ts';

const source = z.string().refine(isName, 'has other characters than a-z, 0-9, "_", "-" and "."');

const isPattern = (topic: string): boolean => /^\/.+\/$/s.test(topic);

function isRegExp(text: string): boolean {
  try {
    return Boolean(new RegExp(text));
  } catch {
    return false;
  }
}

const topic = z
  .string()
  .refine(
    (text) => (isPattern(text) ? isRegExp(text.slice(1, -1)) : /^[\w.-]{1,249}$/.test(text)),
    'is neither the name of a topic nor a pattern in slashes, such as /^logs-/',
  );

export const kafkaConfig = z.strictObject({
  brokers: z
    .array(z.string().regex(/^.+:\d{1,5}$/, 'is not an address with its port, such as kafka-1:9092'))
    .min(1)
    .meta({
      description: 'Brokers to begin with, as `host:port`; the rest of the cluster is found from there.',
      examples: [['kafka-1.example.org:9092', 'kafka-2.example.org:9092']],
    }),
  topics: z
    .array(topic)
    .min(1)
    .meta({
      description: 'Names of topics, and patterns in slashes, which also find topics that are made later.',
      examples: [['firewall', '/^logs-/']],
    }),
  group: z
    .string()
    .min(1)
    .default('tidewatch')
    .meta({
      description:
        'Consumer group: how far it has read is kept in Kafka under this name, and processes that share it share the partitions.',
      examples: ['tidewatch'],
    }),
  from: z
    .enum(['earliest', 'latest'])
    .default('earliest')
    .meta({
      description: 'Where the group begins in a partition that it has not read before.',
      examples: ['latest'],
    }),
  format: z
    .enum(['json', 'lines', 'auto'])
    .default('auto')
    .meta({
      description:
        'What a record’s value is: one JSON document, one line, or either by its first character (`auto`).',
      examples: ['json'],
    }),
  source: source.optional().meta({
    description: 'Name of the source that records come from; the topic, in lower case, when not given.',
    examples: ['firewall'],
  }),
  sources: z
    .record(z.string().min(1), source)
    .default({})
    .meta({
      description:
        'Sources by topic, or by a beginning of topics that ends in `*`; the first that fits counts, before `source`.',
      examples: [{ 'logs-dmz-*': 'firewall', audit: 'audit' }],
    }),
  dataset: z
    .string()
    .optional()
    .meta({
      description: 'Data set of the records, where all topics speak of one thing.',
      examples: ['cisco.asa'],
    }),
  max_record_bytes: z
    .int()
    .min(480)
    .default(1024 * 1024)
    .meta({
      description: 'Longest value; the rest of a longer one is cut off and counted.',
      examples: [1_048_576],
    }),
  discover_ms: z
    .int()
    .min(100)
    .default(10_000)
    .meta({
      description: 'How often patterns look for new topics, and topics for new partitions, in milliseconds.',
      examples: [10_000],
    }),
  sasl: z
    .strictObject({
      mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).meta({
        description: 'How the password is shown; `plain` wants `tls`.',
        examples: ['scram-sha-512'],
      }),
      username: z.string().meta({ description: 'Name of the user.', examples: ['tidewatch'] }),
      password: z.string().meta({ description: 'The user’s password.', examples: ['…'] }),
    })
    .optional()
    .meta({
      description: 'How to log in, where the brokers ask for it.',
      examples: [{ mechanism: 'scram-sha-512', username: 'tidewatch', password: '…' }],
    }),
  tls: z
    .union([
      z.literal(true),
      z.strictObject({
        ca: z
          .string()
          .optional()
          .meta({ description: 'PEM file with the authorities of the brokers.', examples: ['/etc/ca.pem'] }),
        certificate: z
          .string()
          .optional()
          .meta({ description: 'PEM file with our own certificate.', examples: ['/etc/kafka.crt'] }),
        key: z
          .string()
          .optional()
          .meta({ description: 'PEM file with the key of our certificate.', examples: ['/etc/kafka.key'] }),
        servername: z
          .string()
          .optional()
          .meta({
            description: 'Name in the brokers’ certificates, where it is not the host they are reached by.',
            examples: ['kafka.example.org'],
          }),
      }),
    ])
    .optional()
    .meta({
      description:
        'Encrypts the connection; `true` trusts the system’s authorities. Brokers off loopback need it (or `insecure`).',
      examples: [true, { ca: '/etc/ca.pem', certificate: '/etc/kafka.crt', key: '/etc/kafka.key' }],
    }),
  insecure: z
    .boolean()
    .default(false)
    .meta({
      description:
        'Reads from brokers of other machines without TLS: whoever is on the way reads the password, and reads and forges records.',
      examples: [false],
    }),
});

export type KafkaConfig = z.infer<typeof kafkaConfig>;

/** The topics to read: a pattern in slashes as a regular expression. */
export const topicsOf = ({ topics }: KafkaConfig): (string | RegExp)[] =>
  topics.map((text) => (isPattern(text) ? new RegExp(text.slice(1, -1)) : text));
