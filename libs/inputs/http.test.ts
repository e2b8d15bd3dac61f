import { describe, expect, test } from 'vitest';
import { type Answer, answerOf, bulk, post, receiving, sink, start, url } from './http.suite.ts';

receiving({});

describe('_bulk', () => {
  test('takes index and create, refuses update and delete, and answers in order', async () => {
    const response = await bulk([
      { create: { _index: 'win-1', _id: 'a' } },
      '{"n": 1}',
      { update: { _index: 'win-1', _id: 'b' } },
      '{"doc": {}}',
      { delete: { _index: 'win-1', _id: 'c' } },
      { index: { _index: 'nginx' } },
      '{"n": 2}',
      '',
    ]);
    expect(response.status).toBe(200);
    expect(response.headers.get('x-elastic-product')).toBe('Elasticsearch');
    const { errors, items, took } = await answerOf(response);
    expect([errors, typeof took]).toEqual([true, 'number']);
    expect(items.map((item: object) => Object.keys(item)[0])).toEqual([
      'create',
      'update',
      'delete',
      'index',
    ]);
    expect(items[0].create).toMatchObject({ _index: 'win-1', _id: 'a', status: 201, result: 'created' });
    expect(items[1].update).toMatchObject({
      _id: 'b',
      status: 400,
      error: { type: 'illegal_argument_exception' },
    });
    expect(items[2].delete.error.reason).toContain('[delete] is not supported');
    expect(items[3].index).toMatchObject({ _index: 'nginx', status: 201 });
    expect(items[3].index._id).toHaveLength(22);
    expect(sink.taken.map(({ source, text }) => [source, text])).toEqual([
      ['win-1', '{"n": 1}'],
      ['nginx', '{"n": 2}'],
    ]);
    expect(sink.taken[0]!.record).toMatchObject({
      format: 'json',
      position: { kind: 'sender', sender: 'win-1', index: 'win-1', id: 'a' },
      hints: { index: 'win-1', peer: '127.0.0.1' },
    });
    expect(sink.taken[1]!.record.position).toEqual({ kind: 'none' });
  });

  test('takes the index from the path, CRLF, blank lines between, and no line end at the end', async () => {
    const response = await post(
      '/logs-1/_bulk/',
      '\n{"create":{}}\r\n{"a":1}\r\n\n{"create":{"_index":"other"}}\n{"b":2}',
    );
    expect(await answerOf(response)).toMatchObject({ errors: false });
    expect(sink.taken.map(({ source, text }) => [source, text])).toEqual([
      ['logs-1', '{"a":1}'],
      ['other', '{"b":2}'],
    ]);
  });

  test('a malformed document fails alone, with 400, and is in the dead letters', async () => {
    const response = await bulk(
      [{ create: {} }, '{"a":1}', { create: {} }, '{"a":', { create: {} }, '{"a":3}'],
      '/x/_bulk',
    );
    const { errors, items } = await answerOf(response);
    expect(errors).toBe(true);
    expect(items.map((item: Answer) => item.create.status)).toEqual([201, 400, 201]);
    expect(items[1].create.error.type).toBe('document_parsing_exception');
    expect(items[1].create.error.reason).toContain('invalid_json');
    expect(sink.texts()[1]).toBe('{"a":');
  });

  test.each([
    ['no JSON', ['{"create":', '{}'], 'line [1]'],
    ['an array', ['{"create":{}}', '{}', '[]', '{}'], 'line [3]'],
    ['an unknown verb', ['{"upsert":{}}', '{}'], 'expected one of'],
    ['a verb from a prototype', ['{"__proto__":{}}', '{}'], 'expected one of'],
    ['two verbs', ['{"index":{},"create":{}}', '{}'], 'expected one of'],
    ['metadata that is no object', ['{"create":"x"}', '{}'], 'expected an object'],
    ['no document', ['{"create":{}}', '{}', '{"create":{}}'], 'no document follows'],
    ['an id that is an object', ['{"create":{"_id":{}}}', '{}'], '[_id]'],
    ['an index that is a list', ['{"create":{"_index":["x"]}}', '{}'], '[_index]'],
    ['an id over 512 bytes', [`{"create":{"_id":"${'é'.repeat(257)}"}}`, '{}'], '[_id]'],
  ])('an action line with %s: 400 for the request, and nothing is taken', async (_, lines, said) => {
    const response = await bulk(lines, '/x/_bulk');
    expect(response.status).toBe(400);
    const { error, status } = await answerOf(response);
    expect([error.type, status]).toEqual(['malformed_action', 400]);
    expect(error.reason).toContain('Malformed action/metadata');
    expect(error.reason).toContain(said);
    expect(sink.calls).toEqual([]);
  });

  test('an index that names nothing is refused by item, one that is absent for the request', async () => {
    const { items } = await answerOf(
      await bulk([
        { create: { _index: '../etc' } },
        '{}',
        { create: { _index: 'A' } },
        '{}',
        { create: { _index: 'ok' } },
        '{}',
      ]),
    );
    expect(items.map((item: Answer) => item.create.status)).toEqual([400, 400, 201]);
    expect(items[0].create.error.type).toBe('invalid_index_name_exception');
    expect((await bulk([{ create: {} }, '{}'])).status).toBe(400);
    const inPath = await answerOf(await bulk([{ create: {} }, '{}'], '/..%2fx/_bulk'));
    expect(inPath.items[0].create.error.type).toBe('invalid_index_name_exception');
    expect((await post('/_bulk', '')).status).toBe(400);
  });

  test('hostile keys and invalid UTF-8 pass on byte for byte', async () => {
    const document = Buffer.concat([
      Buffer.from('{"__proto__":{"polluted":1},"x":"'),
      Buffer.from([0xff, 0xfe, 0xc3]),
      Buffer.from('"}'),
    ]);
    const meta = '{"create":{"__proto__":{"_id":"x"},"constructor":1}}\n';
    const response = await post('/x/_bulk', Buffer.concat([Buffer.from(meta), document, Buffer.from('\n')]));
    expect(response.status).toBe(200);
    expect(Buffer.from(sink.taken[0]!.record.bytes).equals(document)).toBe(true);
    expect(sink.taken[0]!.record.position).toEqual({ kind: 'none' });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('an Idempotency-Key gives the same positions again; an _id is stronger', async () => {
    const body = '{"create":{}}\n{"a":1}\n{"create":{"_id":7}}\n{"a":2}\n';
    for (let i = 0; i < 2; i++) await post('/x/_bulk', body, { 'idempotency-key': 'k1' });
    const positions = sink.taken.map(({ record }) => record.position);
    expect(positions[0]).toEqual({ kind: 'request', sender: 'x', key: 'k1', item: 0 });
    expect(positions[1]).toEqual({ kind: 'sender', sender: 'x', index: 'x', id: '7' });
    expect(positions.slice(2)).toEqual(positions.slice(0, 2));
    expect((await post('/x/_bulk', body, { 'idempotency-key': 'k'.repeat(257) })).status).toBe(400);
  });

  test('one call a source; sources are mapped by pattern', async () => {
    await start({ sources: { 'winlogbeat-*': 'windows' } });
    const indices = ['winlogbeat-8.19.0', 'nginx', 'winlogbeat-x'];
    await bulk(indices.flatMap((index) => [{ create: { _index: index } }, '{}']));
    expect(sink.calls).toEqual([
      { source: 'windows', size: 2 },
      { source: 'nginx', size: 1 },
    ]);
    expect(sink.taken.map(({ record }) => record.hints.index).sort()).toEqual([...indices].sort());
  });

  test('a full stream is 429 with Retry-After; full for one source is 429 for its items alone', async () => {
    sink.full = 1;
    const response = await bulk([{ create: {} }, '{}'], '/x/_bulk');
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
    expect(sink.taken).toEqual([]);

    sink.fullSource = 'b';
    const { items } = await answerOf(
      await bulk([{ create: { _index: 'a' } }, '{}', { create: { _index: 'b' } }, '{}']),
    );
    expect(items.map((item: Answer) => item.create.status)).toEqual([201, 429]);
    expect(items[1].create.error.type).toBe('stream_full');
  });

  test('what governance refuses is 403 by item', async () => {
    sink.refuses = new Set(['hr']);
    const { items } = await answerOf(
      await bulk([{ create: { _index: 'hr' } }, '{}', { create: { _index: 'a' } }, '{}']),
    );
    expect(items.map((item: Answer) => item.create.status)).toEqual([403, 201]);
    expect((await post('/ingest/hr', '{}')).status).toBe(403);
  });

  test('a fault inside is 500 that gives nothing away, and logged', async () => {
    const context = { ...sink.context, accept: () => Promise.reject(new Error('secret path /etc/x')) };
    await start({}, context);
    const response = await bulk([{ create: {} }, '{}'], '/x/_bulk');
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
    expect(sink.log.join()).toContain('secret path');
  });
});

describe('_doc and _create', () => {
  test('take one document, with or without an id', async () => {
    const first = await post('/logs/_doc', '{\n  "a": 1\n}\n');
    expect(first.status).toBe(201);
    expect(await answerOf(first)).toMatchObject({ _index: 'logs', result: 'created', _version: 1 });
    const put = await fetch(`${url}/logs/_doc/id-1`, { method: 'PUT', body: '{"a":2}' });
    expect(await answerOf(put)).toMatchObject({ _id: 'id-1' });
    expect((await post('/logs/_create/id-2', '{"a":3}')).status).toBe(201);
    expect(sink.taken[2]!.record.position).toMatchObject({ kind: 'sender', id: 'id-2' });
    const bad = await post('/logs/_doc', '{"a":');
    expect(bad.status).toBe(400);
    expect((await answerOf(bad)).error.type).toBe('document_parsing_exception');
  });
});

describe('/ingest/<source>', () => {
  test.each([
    ['NDJSON', 'application/x-ndjson', '{"a":1}\n{"a":2}\n', ['{"a":1}', '{"a":2}']],
    ['an array', 'application/json', ' [ {"a":"],\\"}["} , 2,\n[3] ] ', ['{"a":"],\\"}["}', '2', '[3]']],
    ['an object over lines', 'application/json', '{\n "a": 1\n}', ['{\n "a": 1\n}']],
    ['lines of text', 'text/plain; charset=utf-8', '<34>Oct 1 x\r\n\n[2] y\n', ['<34>Oct 1 x', '[2] y']],
    [
      'what curl sends unasked',
      'application/x-www-form-urlencoded',
      '{"a":1}\n{"a":2}',
      ['{"a":1}', '{"a":2}'],
    ],
  ])('takes %s', async (_, type, body, expected) => {
    const response = await post('/ingest/web?dataset=nginx.access', body, { 'content-type': type });
    expect(await answerOf(response)).toEqual({ accepted: expected.length, dead_letters: 0, refused: 0 });
    expect(sink.texts()).toEqual(expected);
    expect(sink.taken[0]).toMatchObject({ source: 'web', record: { hints: { dataset: 'nginx.access' } } });
    expect(sink.calls).toHaveLength(1);
  });

  test('names only the items that failed', async () => {
    const response = await post('/ingest/web', '{"a":1}\nnot json\n{"a":2}', {
      'content-type': 'application/x-ndjson',
    });
    const answer = await answerOf(response);
    expect(answer).toMatchObject({ accepted: 2, dead_letters: 1, refused: 0 });
    expect(answer.items).toEqual([expect.objectContaining({ item: 1, status: 400, reason: 'invalid_json' })]);
  });

  test.each([
    ['[{"a":1}', 'does not end'],
    ['[1,,2]', 'empty member'],
    ['[1] x', 'more follows'],
    ['[]', 'no documents'],
    ['', 'no documents'],
  ])('refuses %s whole', async (body, said) => {
    const response = await post('/ingest/web', body, { 'content-type': 'application/json' });
    expect(response.status).toBe(400);
    expect((await answerOf(response)).error.reason).toContain(said);
    expect(sink.calls).toEqual([]);
  });

  test('refuses names that are none', async () => {
    for (const name of ['A', '_x', 'a%20b', 'a%2f..', 'a'.repeat(256)])
      expect((await post(`/ingest/${name}`, '{}')).status).toBe(400);
    expect((await post('/ingest/a?dataset=B', '{}')).status).toBe(400);
  });
});
