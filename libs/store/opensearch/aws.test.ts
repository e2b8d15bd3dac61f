import { createHash, createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { suiteClasses } from '../fixtures.suite.ts';
import { signedForAws } from './aws.ts';
import { createBulkWriter } from './bulk/writer.ts';
import { connectOpenSearch } from './client.ts';
import { openSearchConfig } from './config.ts';
import { created, type SeenRequest, startFakeNode, statuses, welcome, withBytes } from './node.suite.ts';

/** Examples of Amazon S3's API Reference, "Authenticating Requests: Using the Authorization Header". */
const documented = {
  keys: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
  hostname: 'examplebucket.s3.amazonaws.com',
  date: '20130524T000000Z',
};

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
const escaped = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** The signature that AWS would work out for what arrived, by its documentation ("Create a signed AWS API request"). */
function expectedSignature({ method, path, headers, body }: SeenRequest, secret: string): string {
  const [, scope, names] =
    /Credential=[^/]+\/(\S+), SignedHeaders=(\S+),/.exec(headers.authorization ?? '') ?? [];
  const url = new URL(path, 'http://node');
  const query = [...url.searchParams].map(([key, value]) => `${escaped(key)}=${escaped(value)}`).sort();
  const canonical = [
    ...[method, path.split('?')[0]!.split('/').map(escaped).join('/'), query.join('&')],
    ...names!.split(';').map((name) => `${name}:${String(headers[name]).trim().replace(/\s+/g, ' ')}`),
    ...['', names, sha256(body)],
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = scope!.split('/').reduce<string | Buffer>((made, part) => hmac(made, part), `AWS4${secret}`);
  return hmac(key, text).toString('hex');
}

const signatureIn = ({ authorization }: SeenRequest['headers']) =>
  /Signature=(\w+)$/.exec(authorization!)?.[1];

describe('AWS Signature Version 4', () => {
  it.each([
    ['/?lifecycle', 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
    ['/?max-keys=2&prefix=J', '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'],
  ])('signs %s as documented', (path, signature) => {
    const { hostname, date, keys } = documented;
    const request = { method: 'GET', path, hostname, headers: { 'x-amz-date': date } };
    const { headers } = signedForAws(request, 'us-east-1', 's3', keys);
    expect(headers).toMatchObject({
      Authorization: expect.stringMatching(new RegExp(`Signature=${signature}$`)),
    });
  });
});

describe('a connection that signs', () => {
  let directory: string;
  let credentials_file: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidewatch-aws-'));
    credentials_file = join(directory, 'credentials');
  });
  afterEach(() => rm(directory, { recursive: true }));

  const keep = (secret: string, token = '') =>
    writeFile(
      credentials_file,
      `# comment\n[other]\naws_access_key_id = NO\n\n[tidewatch]\r\naws_access_key_id = AKID\r\naws_secret_access_key=${secret}\n${token}`,
    );
  const configOf = (url: string, more: object = {}) =>
    openSearchConfig.parse({
      nodes: [url],
      aws: { region: 'eu-central-1', credentials_file, profile: 'tidewatch' },
      bulk: { linger_ms: 5, retry_ms: { first: 60_000, most: 60_000 } },
      ...more,
    });

  it.each([false, true])(
    'signs what arrives, and reads new keys when the old expired (compressed: %s)',
    async (compression) => {
      await keep('old/secret', 'aws_session_token = first==\n');
      let valid = 'old/secret';
      let refusals = 0;
      const node = await startFakeNode((request) => {
        if (signatureIn(request.headers) !== expectedSignature({ ...request, body: request.raw }, valid)) {
          refusals++;
          return [403, { message: 'The security token included in the request is expired' }];
        }
        return request.path.startsWith('/_bulk') ? created(request) : [200, welcome];
      });
      const connection = await connectOpenSearch(configOf(node.url, { compression }));
      const writer = createBulkWriter({ connection, classes: suiteClasses });
      expect(statuses(await writer.write(withBytes(3)))).toEqual(Array(3).fill('stored'));
      expect(node.seen[0]?.headers['x-amz-security-token']).toBe('first==');
      expect(refusals).toBe(0);
      valid = 'new/secret';
      await keep(valid);
      expect(statuses(await writer.write(withBytes(3)))).toEqual(Array(3).fill('stored'));
      expect(refusals).toBe(1);
      expect(node.seen.at(-1)?.headers).not.toHaveProperty('x-amz-security-token');
      await writer.close();
      await connection.close();
      await node.close();
    },
  );

  it('says so where the file has no keys', async () => {
    await writeFile(credentials_file, '[other]\naws_access_key_id = A\naws_secret_access_key = B\n');
    await expect(connectOpenSearch(configOf('http://127.0.0.1:9'))).rejects.toMatchObject({
      code: 'OPENSEARCH_FILE_UNREADABLE',
      message: expect.stringContaining('[tidewatch]'),
    });
  });
});
