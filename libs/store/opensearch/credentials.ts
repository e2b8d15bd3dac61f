import type { ClientRequestArgs } from 'node:http';
import { errors } from '../errors.ts';
import { readAwsKeys, signedForAws } from './aws.ts';
import type { OpenSearchConfig } from './config.ts';
import { readText } from './secret_file.ts';

/** Who a connection says that it is. */
export interface Credentials {
  /** Tells one secret from the one that took its place; none where nobody logs in. */
  secret(): string | undefined;
  /** The request as one of theirs: with a header that says who they are, or signed. */
  sign(request: ClientRequestArgs): ClientRequestArgs;
  /** Reads the secret again, and answers it. A file that is gone or empty changes nothing. */
  renew(): Promise<string | undefined>;
}

type Named = Pick<OpenSearchConfig, 'username' | 'password_file' | 'api_key_file' | 'aws'>;

interface Secret {
  readonly text: string;
  sign(request: ClientRequestArgs): ClientRequestArgs;
}

/** @throws OPENSEARCH_FILE_UNREADABLE */
export async function openCredentials(config: Named): Promise<Credentials> {
  let current = await readSecret(config);
  return {
    secret: () => current?.text,
    sign: (request) => current?.sign(request) ?? request,
    async renew() {
      current = await readSecret(config).catch(() => current);
      return current?.text;
    },
  };
}

async function readSecret({
  username,
  password_file,
  api_key_file,
  aws,
}: Named): Promise<Secret | undefined> {
  if (aws !== undefined) {
    const keys = await readAwsKeys(aws);
    return { text: JSON.stringify(keys), sign: (request) => signedForAws(request, aws.region, 'es', keys) };
  }
  if (api_key_file !== undefined) return header(`ApiKey ${await readFirstLine(api_key_file)}`);
  if (username === undefined || password_file === undefined) return undefined;
  const password = await readFirstLine(password_file);
  return header(`Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`);
}

const header = (authorization: string): Secret => ({
  text: authorization,
  sign: (request) => ({ ...request, headers: { ...request.headers, authorization } }),
});

async function readFirstLine(file: string): Promise<string> {
  const secret = (await readText(file)).split('\n', 1)[0]?.trim();
  if (!secret) throw errors.OPENSEARCH_FILE_UNREADABLE({ file, problem: 'its first line is empty' });
  return secret;
}
