import type { InputContext } from '@tidewatch/plugin';
import { errors } from '../errors.ts';
import { createTls, type Tls } from '../tls.ts';
import type { SenderConfig } from './config.ts';

/** Reads the certificate that the configuration names. Rejects with `NEEDS_CERTIFICATE`, or as `createTls` does. */
export async function certificateOf(
  input: string,
  { tls }: SenderConfig,
  { log }: InputContext,
): Promise<Tls> {
  if (tls === undefined) throw errors.NEEDS_CERTIFICATE({ input });
  return createTls(tls, log);
}
