import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi, type TestApi } from './server.fixture.ts';

let server: TestApi;
beforeAll(async () => {
  server = await startApi();
});
afterAll(() => server.stop());

async function ask(
  role: 'engineer' | 'privacy_officer' | 'viewer',
  method: 'GET' | 'PUT' | 'DELETE' | 'POST',
  path: string,
  headers: Record<string, string> = {},
  payload?: string,
) {
  const answer = await server.api.inject({
    method,
    url: `/api/usecases${path}`,
    headers: {
      ...(await server.logIn(role)),
      ...(payload === undefined ? {} : { 'content-type': 'application/yaml' }),
      ...headers,
    },
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: answer.statusCode, etag: answer.headers.etag, ...answer.json() };
}

it('are written, read with their version, and withdrawn, with who and why in the audit log', async () => {
  expect(await ask('engineer', 'PUT', '/one', {}, 'title: a')).toMatchObject({
    status: 200,
    version: 'v8',
    inForce: false,
  });
  expect(await ask('viewer', 'GET', '/one')).toMatchObject({ etag: '"v8"', source: 'title: a' });
  expect(await ask('viewer', 'GET', '')).toMatchObject({
    useCases: [{ name: 'one' }],
    faults: [{ line: 3 }],
  });
  expect(await ask('engineer', 'PUT', '/one', { 'if-match': '"v1"' }, 'title: b')).toMatchObject({
    status: 412,
    code: 'USECASE_CHANGED',
  });
  expect((await ask('engineer', 'PUT', '/one', { 'if-none-match': '*' }, 'title: b')).status).toBe(412);
  expect(await ask('engineer', 'DELETE', '/one?reason=over', { 'if-match': '"v8"' })).toMatchObject({
    version: null,
  });
  expect((await ask('viewer', 'GET', '/one')).code).toBe('USECASE_UNKNOWN');
  expect((await ask('engineer', 'DELETE', '/one')).code).toBe('USECASE_UNKNOWN');
  expect(await ask('engineer', 'POST', '/one/restore')).toMatchObject({ version: 'v8' });
  const noted = (await server.audit()).filter(
    ({ target, action }) => target.startsWith('/api/usecases/one') && !action.endsWith('.failed'),
  );
  expect(noted.map(({ who, action, detail }) => [who, action, detail])).toEqual([
    ['engineer', 'usecases.restore', { results: 1 }],
    ['engineer', 'usecases.remove', { reason: 'over', results: 1 }],
    ['engineer', 'usecases.put', { source: 'title: a', results: 1 }],
  ]);
});

it('are approved by the privacy officer alone', async () => {
  const approved = 'title: approved';
  expect(await ask('engineer', 'PUT', '/two', {}, approved)).toMatchObject({
    status: 403,
    code: 'USECASE_APPROVAL',
  });
  expect((await ask('viewer', 'PUT', '/two', {}, approved)).code).toBe('ROLE_MISSING');
  expect(await ask('privacy_officer', 'PUT', '/two', {}, approved)).toMatchObject({ inForce: true });
});

it.each(['/Upper', '/a.b', '/..%2fx'])('%s is no name', async (path) => {
  expect((await ask('engineer', 'PUT', path, {}, 'title: a')).code).toBe('REQUEST_INVALID');
});
