import type { ClientRequestArgs } from 'node:http';
import { AwsSigv4Signer } from '@opensearch-project/opensearch/aws';
import { errors } from '../errors.ts';
import type { OpenSearchConfig } from './config.ts';
import { readText } from './secret_file.ts';

export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of keys that expire. */
  readonly sessionToken?: string;
}

/**
 * A request with the headers of AWS Signature Version 4, by the client's own signer. Its keys come from us, so that it
 * asks for no SDK and no metadata service.
 *
 * @param request with its body
 */
export function signedForAws(
  request: ClientRequestArgs,
  region: string,
  service: string,
  keys: AwsKeys,
): ClientRequestArgs {
  const getCredentials = () => Promise.resolve(keys);
  const { buildSignedRequestObject } = AwsSigv4Signer({ region, getCredentials });
  const headers = { ...request.headers };
  return buildSignedRequestObject({ ...request, headers, auth: { credentials: keys, region, service } });
}

/**
 * The keys of a profile in a file such as `~/.aws/credentials`.
 *
 * @throws OPENSEARCH_FILE_UNREADABLE
 */
export async function readAwsKeys({
  credentials_file: file,
  profile,
}: NonNullable<OpenSearchConfig['aws']>): Promise<AwsKeys> {
  const section = sectionOf(await readText(file), profile);
  const [accessKeyId, secretAccessKey, sessionToken] = [
    section.get('aws_access_key_id'),
    section.get('aws_secret_access_key'),
    section.get('aws_session_token'),
  ];
  if (accessKeyId && secretAccessKey)
    return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  throw errors.OPENSEARCH_FILE_UNREADABLE({
    file,
    problem: `its section [${profile}] has no aws_access_key_id and aws_secret_access_key`,
  });
}

function sectionOf(text: string, profile: string): Map<string, string> {
  const entries = new Map<string, string>();
  let isIn = false;
  for (const line of text.split('\n').map((one) => one.trim())) {
    const title = /^\[(.*)\]$/.exec(line)?.[1];
    if (title !== undefined) isIn = title.trim() === profile;
    const [, key, value] = /^([a-z_]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (isIn && key !== undefined && value !== undefined) entries.set(key, value);
  }
  return entries;
}
