import type { AnyPlugin } from '@tidewatch/plugin';
import { logLevels } from '@tidewatch/telemetry';
import { z } from 'zod';
import { anomaliesConfig } from './anomalies.ts';
import { archiveConfig } from './archive.ts';
import { authConfig } from './auth.ts';
import { diskConfig } from './disk.ts';
import { enrichmentConfig } from './enrichment.ts';
import { forecastConfig } from './forecast.ts';
import { modelsConfig } from './models.ts';
import { outputsConfig } from './outputs.ts';
import { parsersConfig } from './parsers.ts';
import { pseudonymsConfig } from './pseudonyms.ts';
import { redirectsConfig } from './redirects.ts';
import { rulesConfig } from './rules.ts';
import { storeConfig } from './store.ts';
import { streamConfig } from './stream.ts';

export const roles = ['ingest', 'index', 'detector', 'scorer', 'forecaster', 'api'] as const;
export type Role = (typeof roles)[number];

const port = z.number().int().min(0).max(65_535);
/**
 * The schema of `tidewatch.yml`, with the inputs' own schemas inside. Every key has a description; editors read it as
 * JSON Schema from `tidewatch config schema`.
 *
 * @param inputs the input plugins that ship
 */
export function configSchema(inputs: readonly AnyPlugin<'input'>[]) {
  const types = inputs.map((plugin) => inputSchema(plugin));
  const [first, ...rest] = types;
  if (first === undefined) throw new TypeError('A configuration needs at least one kind of input.');
  const keys = z.strictObject({
    data: z
      .string()
      .default('data')
      .describe('Folder for the streams, the store and the control database; relative to this file.'),
    governance: z
      .enum(['evaluation', 'enforced'])
      .default('evaluation')
      .describe(
        '`evaluation` stores sources without an approved use-case for 7 days; `enforced` refuses them.',
      ),
    roles: z
      .array(z.enum(roles))
      .min(1)
      .default([...roles])
      .describe('The roles this process runs.'),
    http: z
      .strictObject({
        host: z.string().default('127.0.0.1').describe('Address that console and API listen on.'),
        port: port
          .default(8420)
          .describe(
            'Port of console and API; the default inputs take the two after it. 0 takes any free ones.',
          ),
        hosts: z
          .array(z.string())
          .default([])
          .describe('Host names, beside loopback, that browsers may ask for. Everything else is refused.')
          .meta({ examples: [['tidewatch.example']] }),
        metrics_token_file: z
          .string()
          .optional()
          .describe(
            'A file with the token that opens /metrics to other machines; relative to this file. Without it only this machine reads them.',
          )
          .meta({ examples: ['/run/secrets/metrics'] }),
      })
      .prefault({})
      .describe('Where the console and the API listen.'),
    auth: authConfig,
    inputs: z
      .array(z.discriminatedUnion('type', [first, ...rest]))
      .default([{ type: 'http' }, { type: 'syslog' }] as never)
      .describe(
        'What takes events. By default HTTP on the port after the console’s, and syslog on the one after that.',
      ),
    parsers: parsersConfig,
    enrichment: enrichmentConfig,
    rules: rulesConfig,
    forecast: forecastConfig,
    models: modelsConfig,
    anomalies: anomaliesConfig,
    outputs: outputsConfig,
    redirects: redirectsConfig,
    usecases: z.string().default('usecases').describe('Folder of use-case files.'),
    classes: z
      .string()
      .default('governance/classes.yml')
      .describe('The data classes and their times to live.'),
    pseudonyms: pseudonymsConfig,
    plugins: z
      .array(
        z.strictObject({
          module: z.string().describe('Path of an ES module whose default export makes a plugin.'),
          config: z.unknown().optional().describe('The plugin’s own configuration.'),
        }),
      )
      .default([])
      .describe('Your own processors, enrichers and notifiers, each run in a worker of its own.'),
    store: storeConfig,
    archive: archiveConfig,
    stream: streamConfig,
    disk: diskConfig,
    log: z
      .strictObject({ level: z.enum(logLevels).default('info').describe('Least level that is logged.') })
      .prefault({})
      .describe('The log on standard error.'),
  });
  return keys.superRefine(({ anomalies, stream }, context) => {
    if (anomalies.part.of > 1 && stream.kafka === undefined)
      context.addIssue({
        code: 'custom',
        path: ['anomalies', 'part'],
        message: 'needs `stream.kafka`: a log in the data folder has one process, which reads all of it',
      });
  });
}

/** An input's own schema with its `type`; its port may be left to the console's (see `withPort` in load.ts). */
function inputSchema(plugin: AnyPlugin<'input'>) {
  const own = plugin.config as unknown as z.ZodObject;
  const listens = 'port' in own.shape;
  return own.extend({
    type: z.literal(plugin.name).describe(plugin.summary),
    ...(listens ? { port: port.optional().describe('Port to listen on; 0 takes any free one.') } : {}),
  }) as z.ZodObject<{ type: z.ZodLiteral<string>; port: z.ZodOptional<z.ZodInt> }>;
}

export type Config = z.infer<ReturnType<typeof configSchema>>;
