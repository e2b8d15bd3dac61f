import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi, type TestApi } from './server.fixture.ts';

let server: TestApi;
let viewer: Record<string, string>;
let engineer: Record<string, string>;
beforeAll(async () => {
  server = await startApi();
  viewer = await server.logIn('viewer');
  engineer = await server.logIn('engineer');
});
afterAll(() => server.stop());

const post = async (url: string, payload: object, headers = engineer) => {
  const answer = await server.api.inject({ method: 'POST', url: `/api/parsers/${url}`, headers, payload });
  return { status: answer.statusCode, body: answer.json() };
};

it('lists parsers and shows one to everybody', async () => {
  const list = await server.api.inject({ url: '/api/parsers', headers: viewer });
  expect(list.json()).toMatchObject({ parsers: [{ name: 'nginx.error', microseconds: 12.5 }] });
  const one = await server.api.inject({ url: '/api/parsers/nginx.error', headers: viewer });
  expect(one.json()).toMatchObject({ source: 'name: nginx.error' });
  const none = await server.api.inject({ url: '/api/parsers/acme', headers: viewer });
  expect(none.json()).toMatchObject({ code: 'PARSER_UNKNOWN' });
});

it('lets engineers try parsers, and nobody else', async () => {
  const trials = [
    ['parse', { text: 'a' }],
    ['test', { parser: 'a', tests: 'b' }],
    ['suggest', { text: 'a' }],
  ] as const;
  for (const [url, body] of trials) {
    expect(await post(url, body)).toMatchObject({ status: 200 });
    expect(await post(url, body, viewer)).toMatchObject({ status: 403, body: { code: 'ROLE_MISSING' } });
  }
});

it('says what is wrong with a parser, and with a request', async () => {
  expect(await post('parse', { text: 'a', parser: 'wrong' })).toMatchObject({
    status: 400,
    body: { code: 'PARSER_INVALID', message: 'The parser is not right: title: is missing' },
  });
  for (const body of [{}, { text: 'a', documents: [{}] }, { text: 'a', limit: 0 }])
    expect(await post('suggest', body)).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } });
});

it('says why a trial was ended, and that others are tried', async () => {
  expect(await post('parse', { text: 'a', parser: 'slow' })).toMatchObject({
    status: 422,
    body: { code: 'PARSER_TRIAL_ENDED', message: expect.stringContaining('It took more than 10 s.') },
  });
  expect(await post('parse', { text: 'a', parser: 'late' })).toMatchObject({
    status: 503,
    body: { code: 'PARSER_TRIALS_BUSY' },
  });
});

it('keeps nothing of what is tried, in the audit log neither', async () => {
  await post('parse', { text: 'a secret line' });
  expect(JSON.stringify(await server.audit())).not.toContain('secret');
  expect(server.logged.join('')).not.toContain('secret');
});
