import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminToken, startApi, type TestApi } from './server.fixture.ts';

let server: TestApi;
let engineer: Record<string, string>;
beforeAll(async () => {
  server = await startApi();
  engineer = await server.logIn('engineer');
});
afterAll(() => server.stop());

const yaml = { 'content-type': 'application/yaml' };
async function ask(
  method: 'PUT' | 'DELETE' | 'POST',
  path: string,
  headers: Record<string, string> = {},
  payload?: string | object,
) {
  const answer = await server.api.inject({
    method,
    url: `/api/rules/${path}`,
    headers: { ...engineer, ...headers },
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: answer.statusCode, ...answer.json() };
}

describe('rules that are written through the API', () => {
  it('are taken as YAML and in JSON, with any of its media types', async () => {
    expect(await ask('PUT', 'a', yaml, 'title: a')).toMatchObject({
      status: 200,
      version: 'v8',
      inForce: true,
    });
    for (const type of ['text/yaml; charset=utf-8', 'application/x-yaml'])
      expect(await ask('PUT', 'a', { 'content-type': type }, 'title: ab')).toMatchObject({ version: 'v9' });
    expect(await ask('PUT', 'a', {}, { source: 'title: abc' })).toMatchObject({ version: 'v10' });
  });

  it('are noted with who, why and what', async () => {
    await ask('PUT', 'noted?reason=because', yaml, 'title: noted');
    await ask('DELETE', 'noted?reason=over');
    const noted = (await server.audit()).filter(({ target }) => target === '/api/rules/noted');
    expect(noted.find(({ action }) => action === 'rules.put')).toMatchObject({
      who: 'engineer',
      detail: { reason: 'because', source: 'title: noted' },
    });
    expect(noted.find(({ action }) => action === 'rules.remove')).toMatchObject({
      detail: { reason: 'over' },
    });
  });

  it('are refused with what is wrong and where', async () => {
    expect(await ask('PUT', 'bad', yaml, 'id: x')).toEqual({
      status: 400,
      code: 'RULE_INVALID',
      message: 'The rule is not right: line 1: no title',
      details: { id: 'bad', faults: [{ line: 1, column: 1, reason: 'no title' }] },
    });
  });

  it('are checked before they are written', async () => {
    expect(await ask('POST', 'unwritten/check', {}, { source: 'id: x' })).toEqual({
      status: 200,
      faults: [{ line: 1, column: 1, reason: 'no title' }],
    });
    expect(await ask('POST', 'unwritten/check', {}, { source: 'title: x' })).toEqual({
      status: 200,
      faults: [],
    });
    expect((await ask('DELETE', 'unwritten')).code).toBe('RULE_UNKNOWN');
  });

  it.each([
    ['what was read, changes', { 'if-match': '"v8"' }, 200],
    ['a weak form of it, too', { 'if-match': 'W/"v1", W/"v8"' }, 200],
    ['anything that is there', { 'if-match': '*' }, 200],
    ['another version', { 'if-match': '"v1"' }, 412],
    ['only nothing', { 'if-none-match': '*' }, 412],
  ])('expected as %j', async (_, headers, status) => {
    await ask('PUT', 'expected', yaml, 'title: a');
    expect((await ask('PUT', 'expected', { ...yaml, ...headers }, 'title: b')).status).toBe(status);
  });

  it('that must be there, or must not, are told from those that are not', async () => {
    expect((await ask('PUT', 'new', { ...yaml, 'if-match': '*' }, 'title: a')).code).toBe('RULE_CHANGED');
    expect((await ask('PUT', 'new', { ...yaml, 'if-none-match': '*' }, 'title: a')).status).toBe(200);
  });

  it('are brought back, also when they were deleted', async () => {
    await ask('PUT', 'back', yaml, 'title: one');
    expect((await ask('POST', 'back/restore')).code).toBe('RULE_NOT_RESTORABLE');
    expect(await ask('DELETE', 'back')).toMatchObject({ version: null, restorable: true });
    expect(await ask('POST', 'back/restore')).toMatchObject({ version: 'v10' });
    expect((await ask('DELETE', 'none')).code).toBe('RULE_UNKNOWN');
  });

  it('of a folder stay as they are', async () => {
    expect(await ask('PUT', 'rule-1', yaml, 'title: a')).toMatchObject({
      status: 409,
      code: 'RULE_READ_ONLY',
    });
  });

  it.each(['..%2Fb', '.hidden', 'a.yml', 'x'.repeat(129), 'a%00'])('have no id such as %j', async (id) => {
    expect([400, 404]).toContain((await ask('PUT', id, yaml, 'title: a')).status);
  });

  it('are refused from elsewhere, by whom it is not for, and as what they are not', async () => {
    expect((await ask('PUT', 'a', { ...yaml, origin: 'http://evil.example' }, 'title: a')).code).toBe(
      'ORIGIN_FOREIGN',
    );
    expect((await ask('PUT', 'a', { ...yaml, 'x-tidewatch-csrf': 'x' }, 'title: a')).code).toBe(
      'CSRF_INVALID',
    );
    const analyst = await server.logIn('analyst');
    expect((await ask('PUT', 'a', { ...yaml, ...analyst }, 'title: a')).code).toBe('ROLE_MISSING');
    expect(
      (await ask('PUT', 'a', { 'content-type': 'application/x-www-form-urlencoded' }, 'title=a')).code,
    ).toBe('MEDIA_TYPE');
    expect((await ask('PUT', 'a', yaml, `title: ${'a'.repeat(1 << 20)}`)).status).toBe(413);
    const { statusCode } = await server.api.inject({
      method: 'POST',
      url: '/api/exceptions',
      headers: { ...engineer, ...yaml },
      payload: 'title: a',
    });
    expect(statusCode).toBe(400);
  });

  it('are written by commands on the server itself', async () => {
    const { statusCode } = await server.api.inject({
      method: 'PUT',
      url: '/api/rules/own',
      headers: { authorization: `Bearer ${adminToken}`, host: 'localhost:8420', ...yaml },
      payload: 'title: a',
    });
    expect(statusCode).toBe(200);
  });
});
