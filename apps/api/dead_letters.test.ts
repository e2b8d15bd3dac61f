import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { letter, memoryDesk } from './memory_desk.fixture.ts';
import { start, startApi, type TestApi } from './server.fixture.ts';

const desk = memoryDesk();
let server: TestApi;
let headers: Record<string, string>;
beforeAll(async () => {
  server = await startApi({ deadLetters: desk });
  headers = await server.logIn('engineer');
});
afterAll(() => server.stop());

const get = async (url: string) => (await server.api.inject({ url, headers })).json();
const send = async (method: 'POST' | 'DELETE', url: string, payload?: object) =>
  (await server.api.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) })).json();

describe('dead letters', () => {
  it('are searched by what the request names, open ones unless it says otherwise', async () => {
    const query = 'reason=invalid_json&source=web&from=now-1h&to=now&limit=7&after=0-9.1-4&q=raw:*b*';
    expect(await get(`/api/dead-letters?${query}`)).toEqual({ items: [letter], scanned: 1, next: '0-7' });
    expect(desk.searched.at(-1)).toEqual([
      {
        reason: 'invalid_json',
        source: 'web',
        state: 'open',
        from: start - 3_600_000,
        to: start,
        query: { matches: expect.any(Function), text: 'raw:*b*' },
      },
      { limit: 7, after: '0-9.1-4' },
    ]);
    expect((await get('/api/dead-letters?q=raw:*none*')).items).toEqual([]);
    expect(await get('/api/dead-letters/0-7')).toEqual(letter);
    expect((await get('/api/dead-letters/totals')).totals).toHaveLength(1);
  });

  it('have their queries completed by what the newest of them are', async () => {
    const complete = async (text: string) =>
      (await get(`/api/dead-letters/complete?text=${encodeURIComponent(text)}`)).suggestions;
    expect(await complete('pe')).toContainEqual(expect.objectContaining({ label: 'peer', seen: true }));
    expect((await complete('rea'))[0]).toMatchObject({ label: 'reason', says: 'why it was put aside' });
    expect(await complete('peer: ')).toEqual([{ label: '192.0.2.1', text: '192.0.2.1', count: 1 }]);
    expect(desk.searched.at(-1)).toMatchObject([{ state: 'all', to: start }, { limit: 500 }]);
  });

  it.each([
    ['/api/dead-letters?q=raw:', 'KQL_SYNTAX'],
    ['/api/dead-letters?from=yesterday', 'TIME_INVALID'],
    ['/api/dead-letters?state=lost', 'REQUEST_INVALID'],
    ['/api/dead-letters?after=7', 'REQUEST_INVALID'],
    ['/api/dead-letters/9-9', 'LETTER_UNKNOWN'],
    ['/api/dead-letters/jobs/none', 'LETTER_JOB_UNKNOWN'],
  ])('%s is refused as %s', async (url, code) => {
    expect(await get(url)).toMatchObject({ code });
  });

  it('are replayed, dropped and restored by work that can be watched and ended', async () => {
    const replay = await send('POST', '/api/dead-letters/replay', { filter: { reason: 'invalid_json' } });
    expect(replay).toMatchObject({ verb: 'replay', by: 'engineer', state: 'waiting', done: 0 });
    await send('POST', '/api/dead-letters/drop', { ids: ['0-7'], reason: 'noise' });
    await send('POST', '/api/dead-letters/restore', { job: replay.id });
    expect(desk.asked).toEqual([
      { choice: { filter: { reason: 'invalid_json', state: 'open' } } },
      { choice: { ids: ['0-7'] }, note: 'noise' },
      { choice: { job: replay.id } },
    ]);
    const { jobs } = await get('/api/dead-letters/jobs');
    expect(jobs.map(({ verb }: { verb: string }) => verb)).toEqual(['restore', 'drop', 'replay']);
    const url = `/api/dead-letters/jobs/${replay.id}`;
    expect((await get(url)).state).toBe('waiting');
    expect((await send('DELETE', url)).state).toBe('cancelled');
    expect((await send('DELETE', url)).code).toBe('LETTER_JOB_ENDED');
    const noted = (await server.audit()).filter(({ action }) => action === 'dead_letters.replay');
    expect(noted).toMatchObject([{ who: 'engineer', detail: { filter: { reason: 'invalid_json' } } }]);
  });

  it.each([
    ['replay', {}],
    ['replay', { ids: [] }],
    ['replay', { ids: ['7'] }],
    ['replay', { ids: ['0-7'], filter: {} }],
    ['replay', { job: 'any' }],
    ['drop', { ids: ['0-7'] }],
    ['drop', { ids: ['0-7'], reason: ' ' }],
  ])('are not touched by a request that says too little or too much: %s %j', async (verb, body) => {
    expect((await send('POST', `/api/dead-letters/${verb}`, body)).code).toBe('REQUEST_INVALID');
  });
});
