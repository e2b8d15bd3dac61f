import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openSearchConfig } from '../config.ts';
import { type Answer, type FakeNode, type SeenRequest, startFakeNode } from '../node.suite.ts';
import { importDashboards } from './dashboards.ts';

const file = join(import.meta.dirname, '../../../../dashboards/tidewatch.ndjson');

describe('the import of dashboards', () => {
  let node: FakeNode | undefined;
  afterEach(async () => {
    await node?.close();
    node = undefined;
  });
  const answering = async (answer: (request: SeenRequest) => Answer) => {
    node = await startFakeNode(answer);
    return node.url;
  };
  const config = (more: object = {}) =>
    openSearchConfig.parse({ nodes: ['http://127.0.0.1:9'], timeout_ms: 1_000, ...more });

  it('sends the file as Dashboards documents it, as the cluster’s user', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tidewatch-dashboards-'));
    const password_file = join(directory, 'password');
    await writeFile(password_file, 'secret');
    const ndjson = await readFile(file, 'utf8');
    const count = ndjson.trim().split('\n').length - 1;
    const seen: SeenRequest[] = [];
    const url = await answering((request) => {
      seen.push(request);
      const successResults = [{ type: 'dashboard', id: 'a', overwrite: true }];
      return [200, { success: true, successCount: count, successResults }];
    });
    const step = await importDashboards(
      config({ username: 'ann', password_file }),
      `${url}/base`,
      ndjson,
      false,
    );
    expect(step).toEqual({
      what: 'dashboards',
      state: 'changed',
      says: `${count} saved objects imported, 1 over older ones.`,
    });
    const [request] = seen as [SeenRequest];
    expect([request.method, request.path]).toEqual([
      'POST',
      '/base/api/saved_objects/_import?overwrite=true',
    ]);
    expect(request.headers).toMatchObject({
      'osd-xsrf': 'true',
      securitytenant: 'global',
      authorization: `Basic ${Buffer.from('ann:secret').toString('base64')}`,
    });
    // Reads the parts as a server does.
    const form = await new Response(new Uint8Array(request.raw), {
      headers: { 'content-type': String(request.headers['content-type']) },
    }).formData();
    const sent = form.get('file') as File;
    expect([sent.name, await sent.text()]).toEqual(['tidewatch.ndjson', ndjson]);
    await rm(directory, { recursive: true });
  });

  const missing = { type: 'missing_references', references: [{ type: 'index-pattern', id: 'x' }] };
  it.each<[string, Answer, string]>([
    ['OpenSearch', [200, { version: { number: '3.8.0' } }], 'does not answer as OpenSearch Dashboards'],
    ['a web page', [200, '<html>'], 'does not answer as OpenSearch Dashboards'],
    ['no rights', [403, { statusCode: 403, message: 'Forbidden' }], 'answered 403: Forbidden'],
    ['another path', [404, { statusCode: 404, message: 'Not Found' }], 'with its base path'],
    [
      'a part of it',
      [200, { success: false, successCount: 1, errors: [{ type: 'search', id: 's', error: missing }] }],
      '1 of 2 saved objects imported. search s: missing_references',
    ],
    ['nothing', undefined, 'http://127.0.0.1'],
  ])('says so where %s answers', async (_, answer, says) => {
    const url = await answering(() => answer);
    const ndjson = '{"attributes":{}}\n{"attributes":{}}\n{"exportedCount":2}\n';
    expect(await importDashboards(config(), url, ndjson, false)).toEqual({
      what: 'dashboards',
      state: 'refused',
      says: expect.stringContaining(says),
    });
  });

  it('only says what would be in a dry run', async () => {
    const step = await importDashboards(config(), 'http://127.0.0.1:9', '{"attributes":{}}\n', true);
    expect(step).toMatchObject({ state: 'changed', says: expect.stringContaining('1 saved objects') });
  });
});
