import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { describe, expect, test } from 'vitest';
import { answerOf, post, receiving, sink, start, url } from './http.suite.ts';

receiving({});

describe('who may send', () => {
  const withHeaders = (headers: Record<string, string>, path = '/ingest/x') =>
    new Promise<number>((resolve, reject) => {
      const request = httpRequest(url + path, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on('error', reject);
      request.end('{}');
    });

  test('no web page, by its origin or by a rebound name', async () => {
    expect(await withHeaders({ origin: 'https://evil.example' })).toBe(403);
    expect(await withHeaders({ origin: 'null' })).toBe(403);
    expect(await withHeaders({ host: 'evil.example:9200' })).toBe(403);
    expect(await withHeaders({ host: 'localhost.evil.example' })).toBe(403);
    expect(sink.calls).toEqual([]);
    for (const host of ['localhost:1', '127.0.0.1', '[::1]:9200', 'LOCALHOST'])
      expect(await withHeaders({ host })).toBe(200);
    await start({ hosts: ['logs.office.example'] });
    expect(await withHeaders({ host: 'logs.office.example:9200' })).toBe(200);
  });

  test('nobody without a key where keys are set, and a key only to its sources', async () => {
    const sha256 = createHash('sha256').update('s3cret').digest('hex');
    await start({ api_keys: [{ name: 'gateway', sha256, sources: ['win-*', 'nginx'] }] });
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const send = (authorization: string, source = 'nginx') =>
      withHeaders({ authorization }, `/ingest/${source}`);
    expect(await withHeaders({})).toBe(401);
    expect(await send('ApiKey wrong')).toBe(401);
    expect(await send(`ApiKey ${base64('other:s3cret')}`)).toBe(401);
    expect(await send(`Basic ${base64('gateway:wrong')}`)).toBe(401);
    expect(await send('Bearer wrong')).toBe(401);
    expect(await send('Bearer s3cret')).toBe(200);
    expect(await send('ApiKey s3cret')).toBe(200);
    expect(await send(`ApiKey ${base64('gateway:s3cret')}`)).toBe(200);
    expect(await send(`Basic ${base64('gateway:s3cret')}`, 'win-1')).toBe(200);
    expect(await send('ApiKey s3cret', 'hr')).toBe(403);
    expect((await fetch(url)).status).toBe(401);
    await fetch(`${url}/win-2/_doc/7`, {
      method: 'PUT',
      body: '{}',
      headers: { authorization: 'ApiKey s3cret' },
    });
    expect(sink.taken.at(-1)!.record.position).toMatchObject({ sender: 'gateway', index: 'win-2', id: '7' });
  });
});

describe('what shippers ask before they send', () => {
  test.each([
    ['GET', '/', { version: { number: '8.19.0', build_flavor: 'default' }, tagline: 'You Know, for Search' }],
    ['HEAD', '/', undefined],
    ['GET', '/_license?human=false', { license: { status: 'active', type: 'basic' } }],
    ['GET', '/_xpack', { features: { ilm: { available: true, enabled: true } } }],
    ['GET', '/_cluster/health', { status: 'green' }],
    ['GET', '/_cluster/settings?include_defaults=true', { persistent: {}, transient: {} }],
    ['GET', '/_nodes/http', { nodes: {} }],
    ['GET', '/_cat/indices?format=json', []],
    ['GET', '/_ilm/policy/filebeat', { filebeat: { policy: { phases: {} } } }],
    ['PUT', '/_ilm/policy/filebeat', { acknowledged: true }],
    ['GET', '/_index_template/logstash', { index_templates: [{ name: 'logstash' }] }],
    ['HEAD', '/_index_template/logstash', undefined],
    ['PUT', '/_index_template/logstash', { acknowledged: true }],
    ['HEAD', '/_template/logstash', undefined],
    ['GET', '/_data_stream/filebeat-8.19.0', { data_streams: [{ name: 'filebeat-8.19.0' }] }],
    ['GET', '/_ingest/pipeline/filebeat-8.19.0-nginx-access-pipeline', {}],
    ['HEAD', '/logstash-000001', undefined],
    ['PUT', '/logstash-000001', { acknowledged: true }],
  ])('%s %s', async (method, path, expected) => {
    const response = await fetch(url + path, {
      method,
      ...(method === 'PUT'
        ? { body: '{"settings":{}}', headers: { 'content-type': 'application/json' } }
        : {}),
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-elastic-product')).toBe('Elasticsearch');
    if (expected !== undefined) expect(await response.json()).toMatchObject(expected);
  });

  test.each([
    ['Elastic-Filebeat/9.10.2 (linux; amd64; abc)', '9.10.2'],
    ['Elastic-Filebeat/8.9.0 (linux; amd64; abc)', '8.19.0'],
    ['curl/9.9.9', '8.19.0'],
  ])('%s hears of version %s: no Beat sends to what is older than itself', async (agent, version) => {
    const response = await fetch(url, { headers: { 'user-agent': agent } });
    expect((await answerOf(response)).version.number).toBe(version);
  });

  test('what is not served says so', async () => {
    const response = await post('/_search', '{}');
    expect(response.status).toBe(404);
    expect((await answerOf(response)).error.reason).toContain('/_bulk');
    expect((await fetch(`${url}/_bulk`)).status).toBe(404);
  });
});
