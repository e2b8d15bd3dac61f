import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { connectOpenSearch } from './client.ts';
import { openSearchConfig } from './config.ts';
import { type Answer, type FakeNode, type SeenRequest, startFakeNode, welcome } from './node.suite.ts';

describe('connectOpenSearch', () => {
  let node: FakeNode | undefined;
  afterEach(async () => {
    await node?.close();
    node = undefined;
  });
  const connect = (url: string, config: object = {}) =>
    connectOpenSearch(openSearchConfig.parse({ nodes: [url], timeout_ms: 1_000, ...config }));
  const answering = async (answer: (request: SeenRequest) => Answer) => {
    node = await startFakeNode(answer);
    return node.url;
  };

  it.each([
    ['OpenSearch 3', welcome, { flavour: 'opensearch', version: '3.8.0', major: 3 }],
    [
      'OpenSearch 2',
      { version: { distribution: 'opensearch', number: '2.19.1' } },
      { flavour: 'opensearch', version: '2.19.1', major: 2 },
    ],
    [
      'Elasticsearch 8',
      { version: { number: '8.15.0', build_flavor: 'default' }, tagline: 'You Know, for Search' },
      { flavour: 'elasticsearch', version: '8.15.0', major: 8 },
    ],
  ])('knows %s', async (_, body, server) => {
    const connection = await connect(await answering(() => [200, body]));
    expect(connection.server).toEqual(server);
    await connection.close();
  });

  it.each<[string, Answer, string]>([
    ['a web server', [200, '<html>'], 'OPENSEARCH_UNKNOWN'],
    ['another API', [200, { version: { number: '1' } }], 'OPENSEARCH_UNKNOWN'],
    ['JSON that is cut', [200, undefined], 'OPENSEARCH_UNKNOWN'],
    ['a wrong path', [404, { error: 'no such thing' }], 'OPENSEARCH_UNKNOWN'],
    ['wrong credentials', [401, 'Unauthorized'], 'OPENSEARCH_REFUSED'],
    ['missing rights', [403, { error: { type: 'security_exception' } }], 'OPENSEARCH_REFUSED'],
    ['a cluster that starts', [503, { error: { type: 'cluster_block_exception' } }], 'OPENSEARCH_BUSY'],
    [
      'an old version',
      [200, { version: { distribution: 'opensearch', number: '1.3.0' } }],
      'OPENSEARCH_TOO_OLD',
    ],
    [
      'an old Elasticsearch',
      [200, { version: { number: '7.10.2' }, tagline: 'You Know, for Search' }],
      'OPENSEARCH_TOO_OLD',
    ],
    ['silence', undefined, 'OPENSEARCH_UNREACHABLE'],
  ])('says so where %s answers', async (_, answer, code) => {
    const url = await answering(() => answer);
    await expect(connect(url)).rejects.toMatchObject({ code, message: expect.stringContaining(url) });
  });

  it('says so where nothing answers', async () => {
    const url = await answering(() => undefined);
    await node?.close();
    node = undefined;
    await expect(connect(url)).rejects.toMatchObject({
      code: 'OPENSEARCH_UNREACHABLE',
      message: expect.stringContaining(url),
    });
  });

  it('shows who it is, by secrets in files', async () => {
    const seen: (string | undefined)[] = [];
    const url = await answering(({ headers }) => {
      seen.push(headers.authorization);
      return [200, welcome];
    });
    const directory = await mkdtemp(join(tmpdir(), 'tidewatch-secrets-'));
    const [password_file, api_key_file] = [join(directory, 'password'), join(directory, 'key')];
    await writeFile(password_file, 'pässword\r\nnot of it\n');
    await writeFile(api_key_file, 'abc=');
    for (const config of [{}, { username: 'ann', password_file }, { api_key_file }])
      await (await connect(url, config)).close();
    const basic = `Basic ${Buffer.from('ann:pässword').toString('base64')}`;
    expect(seen).toEqual([undefined, basic, 'ApiKey abc=']);

    await writeFile(api_key_file, '\nsecond line');
    for (const api_key_file of [join(directory, 'key'), join(directory, 'missing')])
      await expect(connect(url, { api_key_file })).rejects.toMatchObject({
        code: 'OPENSEARCH_FILE_UNREADABLE',
        message: expect.stringContaining(api_key_file),
      });
    await rm(directory, { recursive: true });
  });

  it('trusts the authority named, and no other', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tidewatch-tls-'));
    const [crt, key] = [join(directory, 'node.crt'), join(directory, 'node.key')];
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
        ...['-subj', '/CN=node', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'],
        ...['-keyout', key, '-out', crt],
      ],
      { stdio: 'pipe' },
    );
    node = await startFakeNode(() => [200, welcome], {
      cert: await readFile(crt),
      key: await readFile(key),
    });
    await (await connect(node.url, { tls: { ca: crt } })).close();
    await expect(connect(node.url)).rejects.toMatchObject({ code: 'OPENSEARCH_UNREACHABLE' });
    await expect(connect(node.url, { tls: { ca: `${crt}.missing` } })).rejects.toMatchObject({
      code: 'OPENSEARCH_FILE_UNREADABLE',
    });
    await rm(directory, { recursive: true });
  });
});

describe('openSearchConfig', () => {
  it.each([
    [{ nodes: [] }],
    [{ nodes: ['localhost:9200'] }],
    [{ nodes: ['http://a'], username: 'ann' }],
    [{ nodes: ['http://a'], username: 'ann', password_file: 'b', api_key_file: 'c' }],
    [{ nodes: ['http://a'], api_key_file: 'c', aws: { region: 'eu-west-1', credentials_file: 'd' } }],
    [{ nodes: ['http://a'], aws: { region: 'eu-west-1' } }],
    [{ nodes: ['http://a'], index: { refresh_interval: '5' } }],
    [{ nodes: ['http://ann:password@a'] }],
    [{ nodes: ['http://a'], api_key: 'a secret' }],
    [{ nodes: ['http://a'], tls: { certificate: 'a' } }],
    [{ nodes: ['http://a'], bulk: { request_bites: 1 } }],
  ])('refuses %j', (config) => {
    expect(openSearchConfig.safeParse(config).success).toBe(false);
  });

  it('has a description and examples that hold for every field', () => {
    const walk = (path: string, schema: { readonly shape: Record<string, unknown> }): void => {
      for (const [name, field] of Object.entries(schema.shape) as [string, Field][]) {
        const where = `${path}${name}`;
        const { description, examples } = field.meta() ?? {};
        expect([where, description]).toEqual([where, expect.stringMatching(/\.$/)]);
        expect([where, examples]).toEqual([where, expect.arrayContaining([expect.anything()])]);
        for (const example of examples ?? [])
          expect([where, field.safeParse(example).success]).toEqual([where, true]);
        const inner = field.def.innerType ?? field;
        if (inner.shape !== undefined) walk(`${where}.`, { shape: inner.shape });
      }
    };
    walk('', openSearchConfig);
  });
});

interface Field {
  readonly shape?: Record<string, unknown>;
  readonly def: { readonly innerType?: Field };
  meta(): { readonly description?: string; readonly examples?: readonly unknown[] } | undefined;
  safeParse(value: unknown): { readonly success: boolean };
}
