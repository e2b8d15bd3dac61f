import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryExceptions } from './memory_exceptions.fixture.ts';
import { startApi, type TestApi } from './server.fixture.ts';

const exceptions = memoryExceptions();
let server: TestApi;
let analyst: Record<string, string>;
let engineer: Record<string, string>;
beforeAll(async () => {
  server = await startApi({ exceptions });
  analyst = await server.logIn('analyst');
  engineer = await server.logIn('engineer');
});
afterAll(() => server.stop());

const conditions = [{ field: 'host.name', values: ['db-1'] }];
const body = { rules: ['rule-1'], conditions, reason: 'a test machine' };
const url = '/api/exceptions';
const add = async (payload: object, headers = analyst) =>
  (await server.api.inject({ method: 'POST', url, headers, payload })).json();
const list = async () => (await server.api.inject({ url, headers: analyst })).json().exceptions;
const remove = async (id: string, headers: Record<string, string>) =>
  (await server.api.inject({ method: 'DELETE', url: `${url}/${id}`, headers })).json();

describe('exceptions', () => {
  it('tell beforehand which alerts they would have kept away', async () => {
    const ask = async (rules: string[]) => {
      const asked = {
        method: 'POST',
        url: `${url}/preview`,
        headers: analyst,
        payload: { rules, conditions },
      } as const;
      return (await server.api.inject(asked)).json();
    };
    const told = await ask(['rule-1']);
    expect(told).toMatchObject({ total: expect.any(Number), truePositives: 0, partly: 0 });
    expect(told.looked).toBeGreaterThan(0);
    expect(told.hidden).toBe(told.looked);
    expect(await ask(['gone'])).toMatchObject({ code: 'EXCEPTION_INVALID' });
  });

  it('are made by who asks, listed, removed, and noted', async () => {
    const { exception } = await add({ ...body, expires: '2030-01-01T00:00:00+01:00' });
    expect(exception).toMatchObject({ author: 'analyst', reason: 'a test machine', state: 'in_force' });
    expect(exceptions.asked.at(-1)).toEqual({
      ...body,
      by: 'analyst',
      expires: '2030-01-01T00:00:00+01:00',
    });
    expect(await list()).toEqual([exception]);
    expect(await remove(exception.id, engineer)).toEqual(exception);
    expect(await list()).toEqual([]);
    const noted = (await server.audit()).filter(({ action }) => action.startsWith('exceptions.'));
    expect(noted.find(({ action }) => action === 'exceptions.add')).toMatchObject({
      who: 'analyst',
      detail: { rules: ['rule-1'], conditions, reason: 'a test machine' },
    });
    expect(noted.find(({ action }) => action === 'exceptions.remove')).toMatchObject({
      who: 'engineer',
      target: `/api/exceptions/${exception.id}`,
    });
  });

  it('are taken back by the analyst who made them, and not by another', async () => {
    const own = (await add(body)).exception.id;
    const other = (await add(body, engineer)).exception.id;
    expect((await remove(own, analyst)).id).toBe(own);
    expect((await remove(other, analyst)).code).toBe('ROLE_MISSING');
    expect((await list()).map(({ id }: { id: string }) => id)).toEqual([other]);
    expect((await remove(own, engineer)).code).toBe('EXCEPTION_UNKNOWN');
  });

  it('stay where removing one would remove others', async () => {
    const { id } = (await add({ ...body, reason: 'shared' })).exception;
    expect(await remove(id, engineer)).toMatchObject({
      code: 'EXCEPTION_SHARED',
      details: { file: 'exceptions/shared.yml' },
    });
  });

  it('that can’t be are refused with the reason', async () => {
    expect(await add({ ...body, rules: ['rule-2'] })).toEqual({
      code: 'EXCEPTION_INVALID',
      message: 'There is no rule rule-2 in force.',
    });
  });

  const condition = (part: object) => ({ conditions: [{ ...conditions[0], ...part }] });
  it.each([
    { rules: [] },
    { conditions: [] },
    { reason: ' ' },
    { expires: 'soon' },
    { expires: '2030-01-01T00:00:00' },
    { note: 'more than is known' },
    condition({ field: ' ' }),
    condition({ field: 'host.name|re' }),
    condition({ field: 'host\nname' }),
    condition({ modifier: 'base64' }),
    condition({ values: [] }),
    condition({ values: [null] }),
    condition({ modifier: 'contains', values: ['x', ''] }),
  ])('are not made by a request that says too little or too much: %j', async (part) => {
    expect((await add({ ...body, ...part })).code).toBe('REQUEST_INVALID');
  });

  it('that hold for a value that is there and empty are fine', async () => {
    expect((await add({ ...body, ...condition({ values: [''] }) })).exception.id).toMatch(/^exception-/);
  });
});
