import { z } from 'zod';

const tlsConfig = z.strictObject({
  ca: z
    .string()
    .optional()
    .meta({
      description: 'PEM file with the authorities of the nodes’ certificates (default: those of the system).',
      examples: ['/etc/tidewatch/search-ca.pem'],
    }),
  certificate: z
    .string()
    .optional()
    .meta({
      description: 'PEM file with a client certificate, where the nodes ask for one.',
      examples: ['/etc/tidewatch/search.crt'],
    }),
  key: z
    .string()
    .optional()
    .meta({
      description: 'PEM file with the private key of the client certificate, without a passphrase.',
      examples: ['/etc/tidewatch/search.key'],
    }),
});

const awsConfig = z.strictObject({
  region: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'is a name such as eu-central-1')
    .meta({ description: 'Region of the domain.', examples: ['eu-central-1'] }),
  credentials_file: z
    .string()
    .min(1)
    .meta({
      description:
        'File in the form of `~/.aws/credentials`, whose keys sign the requests. Read again when the cluster refuses them, so that keys that expire can be renewed in it.',
      examples: ['/run/secrets/aws-credentials'],
    }),
  profile: z
    .string()
    .min(1)
    .default('default')
    .meta({ description: 'Section of that file.', examples: ['tidewatch'] }),
});

const indexConfig = z.strictObject({
  refresh_interval: z
    .string()
    .regex(/^[1-9]\d{0,4}(ms|s|m)$/, 'must be a time such as 5s')
    .default('5s')
    .meta({
      description: 'How long it takes at most until events are found. Shorter costs the cluster more.',
      examples: ['5s', '30s'],
    }),
  codec: z
    .enum(['best_compression', 'default', 'zstd', 'zstd_no_dict'])
    .default('best_compression')
    .meta({
      description:
        'How stored events are compressed, from the next partition on; `zstd` where the cluster has the plugin.',
      examples: ['best_compression'],
    }),
});

export const bulkConfig = z.strictObject({
  request_bytes: z
    .int()
    .min(64 * 1024)
    .max(64 * 1024 * 1024)
    .default(4 * 1024 * 1024)
    .meta({
      description:
        'Largest bulk request. Requests of half of it go at once; a larger document goes alone. Shrinks where a proxy in between takes less.',
      examples: [4_194_304],
    }),
  linger_ms: z
    .int()
    .min(0)
    .max(5_000)
    .default(250)
    .meta({
      description: 'Longest wait, in milliseconds, for a request to fill up.',
      examples: [250],
    }),
  max_requests: z
    .int()
    .min(1)
    .max(64)
    .default(8)
    .meta({
      description:
        'Most bulk requests under way. How many are, between one and this, follows from how fast they are answered.',
      examples: [8],
    }),
  retry_ms: z
    .strictObject({
      first: z
        .int()
        .min(1)
        .default(100)
        .meta({ description: 'Longest wait before the first retry.', examples: [100] }),
      most: z
        .int()
        .min(1)
        .default(10_000)
        .meta({ description: 'Longest wait before any retry.', examples: [10_000] }),
    })
    .prefault({})
    .meta({
      description: 'Waits before retries, in milliseconds: random, up to a bound that doubles each time.',
      examples: [{ first: 100, most: 10_000 }],
    }),
});

const reread = 'Read again when the cluster refuses it, so that it can be changed while Tidewatch runs.';

export const openSearchConfig = z
  .strictObject({
    nodes: z
      .array(
        z
          .url({ protocol: /^https?$/ })
          .refine(
            (url) => !/^https?:\/\/[^/]*@/i.test(url),
            'credentials belong into files, not into addresses',
          ),
      )
      .min(1)
      .meta({
        description: 'Addresses of nodes; requests go round them.',
        examples: [['https://search1.example.org:9200', 'https://search2.example.org:9200']],
      }),
    username: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'User name of basic authentication.', examples: ['tidewatch'] }),
    password_file: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: `File whose first line is the password of basic authentication. ${reread}`,
        examples: ['/run/secrets/search-password'],
      }),
    api_key_file: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: `File whose first line is an API key, as the cluster showed it, instead of user name and password. ${reread}`,
        examples: ['/run/secrets/search-api-key'],
      }),
    aws: awsConfig.optional().meta({
      description:
        'Signs every request (AWS Signature Version 4), for domains of Amazon OpenSearch Service, instead of a user name or an API key.',
      examples: [{ region: 'eu-central-1', credentials_file: '/run/secrets/aws-credentials' }],
    }),
    tls: tlsConfig.optional().meta({
      description: 'Certificates, for addresses that begin with `https`.',
      examples: [{ ca: '/etc/tidewatch/search-ca.pem' }],
    }),
    compression: z
      .boolean()
      .default(false)
      .meta({
        description: 'Compress what is sent, for networks that cost more than CPU.',
        examples: [true],
      }),
    timeout_ms: z
      .int()
      .min(10)
      .default(30_000)
      .meta({ description: 'Longest wait for the whole answer to a request.', examples: [30_000] }),
    index: indexConfig
      .prefault({})
      .meta({ description: 'How indices of events are made.', examples: [{ refresh_interval: '30s' }] }),
    bulk: bulkConfig
      .prefault({})
      .meta({ description: 'How events are written.', examples: [{ request_bytes: 2_097_152 }] }),
  })
  .refine(({ username, password_file }) => (username === undefined) === (password_file === undefined), {
    message: 'username and password_file go together',
  })
  .refine((given) => [given.username, given.api_key_file, given.aws].filter(Boolean).length <= 1, {
    message: 'give one of username, api_key_file and aws, not several',
  })
  .refine(({ tls }) => (tls?.certificate === undefined) === (tls?.key === undefined), {
    message: 'tls.certificate and tls.key go together',
  });

/** A connection's settings with their defaults filled in. */
export type OpenSearchConfig = z.infer<typeof openSearchConfig>;
export type BulkConfig = z.infer<typeof bulkConfig>;
