import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { inputs } from '@tidewatch/inputs';
import { formatIssues, pluginErrors, validateYaml } from '@tidewatch/plugin';
import { reasonOf, startErrors } from '../errors.ts';
import { placeAuth } from './auth.ts';
import { placeEnrichment } from './enrichment.ts';
import { type Config, configSchema, type Role, roles } from './schema.ts';

/** What the command line says over the file. */
export interface ConfigOverrides {
  readonly config?: string;
  readonly data?: string;
  readonly roles?: string;
  readonly port?: number;
}

/** The file that is read when none is named, if it is there. */
const defaultFile = 'tidewatch.yml';

/**
 * Reads the configuration, puts the command line's options over it, and makes its paths absolute: those of the file
 * against the file's folder, and shipped ones (rules, use-cases, classes) against `root` where the file's folder has none.
 * Rejects with `CONFIG_INVALID` or `CONFIG_UNREADABLE`, which say where and what to do.
 */
export async function loadConfig(overrides: ConfigOverrides, root: string): Promise<Config> {
  const named = overrides.config === undefined ? undefined : resolve(overrides.config);
  const file = named ?? resolve(defaultFile);
  const text = named !== undefined || existsSync(file) ? await readText(file) : '';
  const result = validateYaml(text, configSchema(inputs));
  if (!result.ok) throw pluginErrors.CONFIG_INVALID({ file, issues: formatIssues(result.issues) });
  const config = result.value;

  const base = dirname(file);
  const own = (path: string) => (isAbsolute(path) ? path : resolve(base, path));
  const shipped = (path: string) =>
    isAbsolute(path) || existsSync(own(path)) ? own(path) : resolve(root, path);
  const http = { ...config.http, ...(overrides.port === undefined ? {} : { port: overrides.port }) };
  return {
    ...config,
    http,
    data: overrides.data === undefined ? own(config.data) : resolve(overrides.data),
    roles: overrides.roles === undefined ? config.roles : parseRoles(overrides.roles),
    inputs: config.inputs.map((input) => withPort(input, http.port)),
    usecases: shipped(config.usecases),
    classes: shipped(config.classes),
    parsers: { ...config.parsers, paths: config.parsers.paths.map(own) },
    enrichment: placeEnrichment(config.enrichment, own),
    rules: {
      ...config.rules,
      paths: config.rules.paths.map(shipped),
      pipelines: config.rules.pipelines.map(own),
      ...(config.rules.thor === undefined ? {} : { thor: own(config.rules.thor) }),
    },
    anomalies: { ...config.anomalies, paths: config.anomalies.paths.map(shipped) },
    models: {
      ...config.models,
      paths: config.models.paths.map(shipped),
      trusted_keys: config.models.trusted_keys.map(own),
    },
    ...(config.forecast.prometheus?.authorization_file !== undefined && {
      forecast: {
        ...config.forecast,
        prometheus: {
          ...config.forecast.prometheus,
          authorization_file: own(config.forecast.prometheus.authorization_file),
        },
      },
    }),
    ...(config.archive?.folder !== undefined && {
      archive: { ...config.archive, folder: own(config.archive.folder) },
    }),
    ...(config.pseudonyms?.file !== undefined && {
      pseudonyms: { ...config.pseudonyms, file: own(config.pseudonyms.file) },
    }),
    ...(config.http.metrics_token_file !== undefined && {
      http: { ...config.http, metrics_token_file: own(config.http.metrics_token_file) },
    }),
    auth: placeAuth(config.auth, own),
    plugins: config.plugins.map((plugin) => ({ ...plugin, module: own(plugin.module) })),
  };
}

/** How far an input's port lies from the console's where the configuration names none. */
const portOffsets: Readonly<Record<string, number>> = { http: 1, syslog: 2 };

function withPort<T extends { readonly type: string }>(input: T, consolePort: number): T {
  const offset = portOffsets[input.type];
  if (offset === undefined || (input as { port?: number }).port !== undefined) return input;
  return { ...input, port: consolePort === 0 ? 0 : consolePort + offset };
}

function parseRoles(list: string): Role[] {
  return list.split(',').map((name) => {
    const role = roles.find((known) => known === name.trim());
    if (role === undefined) throw startErrors.UNKNOWN_ROLE({ role: name.trim(), roles: roles.join(', ') });
    return role;
  });
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw pluginErrors.CONFIG_UNREADABLE({ file, reason: reasonOf(error) });
  }
}
