import { afterAll, beforeAll, expect, it } from 'vitest';
import { riskScore } from './entity_risk.ts';
import { startApi, type TestApi } from './server.fixture.ts';

let server: TestApi;
beforeAll(async () => {
  server = await startApi();
});
afterAll(() => server.stop());

const get = async (url: string, role: 'analyst' | 'viewer' | 'privacy_officer') =>
  (await server.api.inject({ url, headers: await server.logIn(role) })).json();

it('explains the risk of an entity by its alerts', async () => {
  const found = await get('/api/entity?field=host.name&value=db-1', 'analyst');
  expect(found).toMatchObject({ events: 3, risk: { alerts: 2, counted: 2 } });
  expect(found.query).toMatch(/^host\.name: "?db-1"?$/);
  const { score, points, parts, curve } = found.risk;
  const sum = parts.reduce((all: number, part: { points: number }) => all + part.points, 0);
  expect(points).toBeCloseTo(sum, 9);
  expect(score).toBeCloseTo(riskScore(sum), 9);
  expect(curve).toHaveLength(169);
  expect(curve.at(-1).score).toBeCloseTo(score, 9);
});

it('shows nothing of classes that somebody may not see', async () => {
  const found = await get('/api/entity?field=user.name&value=alice', 'privacy_officer');
  expect(found).toMatchObject({ first: null, events: 0, risk: { score: 0, parts: [] } });
});

it('refuses fields that name no entity', async () => {
  expect((await get('/api/entity?field=message&value=x', 'analyst')).code).toBe('REQUEST_INVALID');
});

it('names the fields of a source to the privacy officer, and no value', async () => {
  const found = await get('/api/privacy/fields?source=syslog', 'privacy_officer');
  expect(found.fields).toContainEqual({ field: 'host.name', events: 3 });
  expect(JSON.stringify(found)).not.toContain('db-1');
  expect((await get('/api/privacy/fields?source=syslog', 'viewer')).code).toBe('ROLE_MISSING');
});
