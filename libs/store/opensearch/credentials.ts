import { readFile } from 'node:fs/promises';
import { errors } from '../errors.ts';
import type { OpenSearchConfig } from './config.ts';

/** Who a connection says that it is. */
export interface Credentials {
  /** Value of the header `authorization`; none where nobody logs in. */
  header(): string | undefined;
  /** Reads the secret again, and answers the header from now on. A file that is gone or empty changes nothing. */
  renew(): Promise<string | undefined>;
}

type Named = Pick<OpenSearchConfig, 'username' | 'password_file' | 'api_key_file'>;

/** @throws OPENSEARCH_FILE_UNREADABLE */
export async function openCredentials(config: Named): Promise<Credentials> {
  let header = await readHeader(config);
  return {
    header: () => header,
    async renew() {
      header = await readHeader(config).catch(() => header);
      return header;
    },
  };
}

async function readHeader({ username, password_file, api_key_file }: Named): Promise<string | undefined> {
  if (api_key_file !== undefined) return `ApiKey ${await readSecret(api_key_file)}`;
  if (username === undefined || password_file === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${await readSecret(password_file)}`).toString('base64')}`;
}

async function readSecret(file: string): Promise<string> {
  const secret = (await readText(file)).split('\n', 1)[0]?.trim();
  if (!secret) throw errors.OPENSEARCH_FILE_UNREADABLE({ file, problem: 'its first line is empty' });
  return secret;
}

/** @throws OPENSEARCH_FILE_UNREADABLE */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw errors.OPENSEARCH_FILE_UNREADABLE({ file, problem: (error as Error).message });
  }
}
