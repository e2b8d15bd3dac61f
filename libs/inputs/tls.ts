import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions, type TlsOptions } from 'node:tls';
import { isTidewatchError } from '@tidewatch/event';
import type { Logger } from '@tidewatch/telemetry';
import { z } from 'zod';
import { errors } from './errors.ts';

export const tlsConfig = z.strictObject({
  certificate: z.string().meta({
    description: 'PEM file with the certificate, followed by those between it and its authority.',
    examples: ['/etc/tidewatch/tls.crt'],
  }),
  key: z.string().meta({
    description: 'PEM file with the private key of the certificate, without a passphrase.',
    examples: ['/etc/tidewatch/tls.key'],
  }),
  client_ca: z
    .string()
    .optional()
    .meta({
      description:
        'PEM file with the authorities of client certificates. Where given, every sender must show a certificate of theirs.',
      examples: ['/etc/tidewatch/clients.pem'],
    }),
  min_version: z
    .enum(['TLSv1.2', 'TLSv1.3'])
    .default('TLSv1.2')
    .meta({ description: 'Oldest version of TLS that is spoken.', examples: ['TLSv1.2', 'TLSv1.3'] }),
});

export type TlsConfig = z.infer<typeof tlsConfig>;

/** The certificate of a listener, kept up to date. */
export interface Tls {
  /** For `https.createServer` and `tls.createServer`. */
  readonly options: TlsOptions;
  /** Gives the server a new certificate whenever the files have one. Connections that are open keep theirs. */
  follow(server: { setSecureContext(options: SecureContextOptions): void }): void;
  /** Why the files cannot be used at the moment, or that the certificate has ended. */
  readonly detail: string | undefined;
  /** Reads the files no more. Idempotent. */
  close(): void;
}

/**
 * Reads certificate and key. Files that change are taken within `pollMs`; while they can't be used, or only one of
 * the pair was replaced yet, the previous certificate stays.
 *
 * The files are looked at rather than watched: a mounted secret changes by a symbolic link two folders above it.
 *
 * Rejects with `TLS_FILE_UNREADABLE`, `TLS_FILE_INVALID` or `TLS_KEY_MISMATCH`.
 */
export async function createTls(config: TlsConfig, log: Logger, pollMs = 2_000): Promise<Tls> {
  let stamp = await stampOf(config);
  let { context, ends } = await load(config);
  let fault: string | undefined;
  const servers: Parameters<Tls['follow']>[0][] = [];

  async function look(): Promise<void> {
    const seen = await stampOf(config);
    if (seen === stamp) return;
    stamp = seen;
    try {
      const loaded = await load(config);
      if (closed) return;
      ({ context, ends } = loaded);
      for (const server of servers) server.setSecureContext(context);
      fault = undefined;
      log.info({ certificate: config.certificate, ends }, 'The certificate was replaced');
    } catch (error) {
      if (!isTidewatchError(error)) throw error;
      fault = `${error.message} The previous certificate is still in use.`;
      log.error({ err: error }, 'The new certificate cannot be used; the previous one stays');
    }
  }

  let looking = false;
  let closed = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    look()
      .catch((error: unknown) => log.error({ err: error }, 'The certificate could not be replaced'))
      .finally(() => {
        looking = false;
      });
  }, pollMs).unref();

  const requireClient = config.client_ca !== undefined;
  return {
    options: { ...context, requestCert: requireClient, rejectUnauthorized: requireClient },
    follow(server) {
      servers.push(server);
      // It may have been replaced between the reading of the files and now.
      server.setSecureContext(context);
    },
    get detail() {
      if (fault !== undefined) return fault;
      return ends < new Date() ? `The certificate ended on ${ends.toISOString()}.` : undefined;
    },
    close() {
      closed = true;
      clearInterval(timer);
    },
  };
}

interface Loaded {
  readonly context: SecureContextOptions;
  /** When the certificate stops being valid. */
  readonly ends: Date;
}

async function load(config: TlsConfig): Promise<Loaded> {
  const cert = await read('certificate', config.certificate);
  const key = await read('key', config.key);
  const ca = config.client_ca === undefined ? undefined : await read('client_ca', config.client_ca);
  const certificate = parse('certificate', config.certificate, () => new X509Certificate(cert));
  const privateKey = parse('key', config.key, () => createPrivateKey(key));
  if (ca !== undefined) parse('client_ca', String(config.client_ca), () => new X509Certificate(ca));
  if (!certificate.checkPrivateKey(privateKey))
    throw errors.TLS_KEY_MISMATCH({ certificate: config.certificate, key: config.key });
  const context = { cert, key, minVersion: config.min_version, ...(ca === undefined ? {} : { ca }) };
  parse('certificate', config.certificate, () => createSecureContext(context));
  return { context, ends: new Date(certificate.validTo) };
}

async function read(field: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw errors.TLS_FILE_UNREADABLE({ field, file, reason: (error as Error).message });
  }
}

function parse<T>(field: string, file: string, how: () => T): T {
  try {
    return how();
  } catch (error) {
    throw errors.TLS_FILE_INVALID({ field, file, reason: (error as Error).message });
  }
}

/** Changes when a file does, or comes, or goes. */
async function stampOf({ certificate, key, client_ca }: TlsConfig): Promise<string> {
  const files = [certificate, key, ...(client_ca === undefined ? [] : [client_ca])];
  const stamps = files.map((file) =>
    stat(file).then(
      ({ ino, size, mtimeMs }) => `${ino} ${size} ${mtimeMs}`,
      () => 'absent',
    ),
  );
  return (await Promise.all(stamps)).join();
}
