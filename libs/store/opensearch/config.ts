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
    bulk: bulkConfig
      .prefault({})
      .meta({ description: 'How events are written.', examples: [{ request_bytes: 2_097_152 }] }),
  })
  .refine(({ username, password_file }) => (username === undefined) === (password_file === undefined), {
    message: 'username and password_file go together',
  })
  .refine(({ username, api_key_file }) => username === undefined || api_key_file === undefined, {
    message: 'give either an api_key_file or a username, not both',
  })
  .refine(({ tls }) => (tls?.certificate === undefined) === (tls?.key === undefined), {
    message: 'tls.certificate and tls.key go together',
  });

/** A connection's settings with their defaults filled in. */
export type OpenSearchConfig = z.infer<typeof openSearchConfig>;
export type BulkConfig = z.infer<typeof bulkConfig>;
