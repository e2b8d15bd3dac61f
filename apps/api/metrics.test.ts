import { afterAll, beforeAll, expect, it } from 'vitest';
import { createProbeServer } from './probe_server.ts';
import { startApi, type TestApi } from './server.fixture.ts';

const token = 'a token of metrics';
let server: TestApi;
let shut: TestApi;
beforeAll(async () => {
  server = await startApi({ metricsToken: async () => `${token}\n` });
  shut = await startApi();
});
afterAll(() => Promise.all([server.stop(), shut.stop()]));

const scrape = async ({ api }: TestApi, remoteAddress: string, headers: Record<string, string> = {}) => {
  const answer = await api.inject({ url: '/metrics', remoteAddress, headers });
  return answer.statusCode === 200 ? 'metrics' : answer.json().code;
};

it.each([
  ['127.0.0.1', {}, 'metrics'],
  ['::1', {}, 'metrics'],
  ['::ffff:127.0.0.1', {}, 'metrics'],
  ['192.0.2.7', {}, 'METRICS_CLOSED'],
  ['::ffff:192.0.2.7', {}, 'METRICS_CLOSED'],
  ['127.0.0.1', { 'x-forwarded-for': '192.0.2.7' }, 'METRICS_CLOSED'],
  ['127.0.0.1', { forwarded: 'for=192.0.2.7' }, 'METRICS_CLOSED'],
  ['192.0.2.7', { 'x-forwarded-for': '127.0.0.1' }, 'METRICS_CLOSED'],
  ['192.0.2.7', { authorization: 'Bearer wrong' }, 'METRICS_CLOSED'],
  ['192.0.2.7', { authorization: `Bearer ${token}` }, 'metrics'],
])('answers %s with %j: %s', async (address, headers, outcome) => {
  expect(await scrape(server, address, headers)).toBe(outcome);
});

it('opens to nobody elsewhere where no token is kept', async () => {
  for (const authorization of ['Bearer ', 'Bearer undefined', `Bearer ${token}`])
    expect(await scrape(shut, '192.0.2.7', { authorization })).toBe('METRICS_CLOSED');
});

it('is as shut in a process without the API, whose probes stay open', async () => {
  const { health, metrics } = server.deps;
  const probes = await createProbeServer({ health, metrics, metricsToken: async () => token });
  const url = await probes.listen({ host: '127.0.0.1', port: 0 });
  const ask = async (path: string, headers: Record<string, string>) =>
    (await fetch(`${url}${path}`, { headers })).status;
  const elsewhere = { 'x-forwarded-for': '192.0.2.7' };
  expect([
    await ask('/metrics', {}),
    await ask('/metrics', elsewhere),
    await ask('/metrics', { ...elsewhere, authorization: `Bearer ${token}` }),
    await ask('/health/live', elsewhere),
  ]).toEqual([200, 401, 200, 200]);
  await probes.close();
});
