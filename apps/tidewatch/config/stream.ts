import { z } from 'zod';
import { duration, size } from './size.ts';

const sasl = z
  .strictObject({
    mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).describe('How the brokers ask who comes.'),
    username: z
      .string()
      .describe('The name to log in by.')
      .meta({ examples: ['tidewatch'] }),
    password_file: z
      .string()
      .describe('File whose first line is the password.')
      .meta({ examples: ['/run/secrets/kafka'] }),
  })
  .describe('How to log in to the brokers; without it nobody logs in.');

const tls = z
  .strictObject({
    ca: z
      .string()
      .optional()
      .describe('PEM file of the authority of the brokers’ certificates, instead of the system’s.')
      .meta({ examples: ['/etc/tidewatch/kafka-ca.pem'] }),
    certificate: z
      .string()
      .optional()
      .describe('PEM file of our own certificate, where the brokers ask for one.')
      .meta({ examples: ['/etc/tidewatch/kafka.pem'] }),
    key: z
      .string()
      .optional()
      .describe('PEM file of our own certificate’s key.')
      .meta({ examples: ['/etc/tidewatch/kafka.key'] }),
    server_name: z
      .string()
      .optional()
      .describe('The name in the brokers’ certificates, where it is not the host they are reached by.')
      .meta({ examples: ['kafka.office.example'] }),
  })
  .describe(
    'Encrypts the connection; `{}` trusts the system’s authorities. Without it nothing is encrypted.',
  );

const kafka = z
  .strictObject({
    brokers: z
      .array(z.string())
      .min(1)
      .describe('Brokers to begin with, `host:port` each; the rest of the cluster is found from there.')
      .meta({ examples: [['kafka-1:9092', 'kafka-2:9092']] }),
    prefix: z
      .string()
      .regex(/^[a-z0-9._-]*$/)
      .default('tidewatch.')
      .describe('Begins the names of all topics and groups.')
      .meta({ examples: ['tidewatch.'] }),
    partitions: z
      .int()
      .min(1)
      .max(1_000)
      .default(6)
      .describe(
        'Partitions of topics that do not exist yet: so many processes can share the work of one role.',
      )
      .meta({ examples: [6] }),
    replicas: z
      .int()
      .min(1)
      .default(3)
      .describe('Copies of each partition of topics that do not exist yet; 1 for a single broker.')
      .meta({ examples: [3] }),
    min_insync_replicas: z
      .int()
      .min(1)
      .default(2)
      .describe('Copies that must have a record before it is acknowledged; 1 for a single broker.')
      .meta({ examples: [2] }),
    create_topics: z
      .boolean()
      .default(true)
      .describe('Whether missing topics are made; if not, the start says which to make.')
      .meta({ examples: [true] }),
    compression: z
      .enum(['none', 'gzip', 'snappy'])
      .default('snappy')
      .describe('How batches travel and are kept.')
      .meta({ examples: ['snappy'] }),
    sasl: sasl.optional(),
    tls: tls.optional(),
  })
  .describe('A Kafka cluster as the log, so that roles can run as many processes on many machines.');

const leastBudget = 64 * 1024 ** 2;

/** How long a stream keeps what came, at the most. */
export const retentionTime = duration
  .optional()
  .describe('What is older goes, even where the data classes would allow more.')
  .meta({ examples: ['36h'] });

/** `stream:` of `tidewatch.yml`. */
export const streamConfig = z
  .strictObject({
    budget: size
      .prefault('4 GiB')
      .refine((bytes) => bytes >= leastBudget, 'is at least "64 MiB": one request must fit in it')
      .describe('Disk that the write-ahead log may fill before senders are told to wait.')
      .meta({ examples: ['4 GiB'] }),
    retention: z
      .strictObject({
        time: retentionTime,
        size: size
          .optional()
          .describe('The oldest goes when the events on their way take more.')
          .meta({ examples: ['20 GiB'] }),
        hard: z
          .boolean()
          .default(false)
          .describe(
            'True deletes also what the store or the detector has not read yet: it is lost, counted and said.',
          )
          .meta({ examples: [false] }),
      })
      .prefault({})
      .describe('How long the log keeps what everybody has read.'),
    kafka: kafka.optional(),
  })
  .prefault({})
  .describe('The log that everything passes through: a write-ahead log in the data folder, or Kafka.');
