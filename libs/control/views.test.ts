import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ControlStore, mostSearches, mostViews, openControlStore } from './index.ts';

const day = 86_400_000;
let directory: string;
let control: ControlStore;
let now: number;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidewatch-views-'));
  now = Date.UTC(2026, 0, 5, 8);
  control = openControlStore({ file: join(directory, 'control.db'), clock: () => now });
});
afterEach(async () => {
  await control.close();
  rmSync(directory, { recursive: true });
});

const view = { page: 'alerts', name: 'Severe', state: 'q=rule.level%3A+high', shared: false } as const;
const names = async (user: string) => (await control.views.list(user)).map(({ name }) => name);

it('a view is its owner’s; others find it while it is shared, and change it never', async () => {
  const { id } = await control.views.add('alice', view);
  expect(await names('bob')).toEqual([]);
  await expect(control.views.setDefault('bob', 'alerts', id)).rejects.toMatchObject({ code: 'VIEW_UNKNOWN' });
  await control.views.change('alice', id, { shared: true, name: 'Worst' });
  expect(await names('bob')).toEqual(['Worst']);
  for (const attempt of [control.views.change('bob', id, { name: 'x' }), control.views.remove('bob', id)])
    await expect(attempt).rejects.toMatchObject({ code: 'VIEW_UNKNOWN' });
  await control.views.setDefault('bob', 'alerts', id);
  expect(await control.views.list('bob')).toMatchObject([{ id, owner: 'alice', isDefault: true }]);
  expect(await control.views.list('alice')).toMatchObject([{ id, isDefault: false }]);
  await control.views.change('alice', id, { shared: false });
  await control.views.change('alice', id, { shared: true });
  expect(await control.views.list('bob')).toMatchObject([{ isDefault: false }]);
});

it('a page has one default of a person, of that page', async () => {
  const first = await control.views.add('alice', view);
  const second = await control.views.add('alice', { ...view, name: 'Other' });
  await control.views.setDefault('alice', 'alerts', first.id);
  await control.views.setDefault('alice', 'alerts', second.id);
  const defaults = async () => (await control.views.list('alice')).filter(({ isDefault }) => isDefault);
  expect(await defaults()).toMatchObject([{ name: 'Other' }]);
  await expect(control.views.setDefault('alice', 'events', second.id)).rejects.toMatchObject({
    code: 'VIEW_UNKNOWN',
  });
  await control.views.remove('alice', second.id);
  expect(await defaults()).toEqual([]);
});

it('names are taken once in a page, and views are bounded', async () => {
  const { id } = await control.views.add('alice', view);
  await control.views.add('alice', { ...view, page: 'events' });
  await expect(control.views.add('alice', view)).rejects.toMatchObject({ code: 'VIEW_NAME_TAKEN' });
  await control.views.add('bob', { ...view, shared: true });
  await control.views.change('alice', id, { name: view.name, state: '' });
  for (let i = 2; i < mostViews; i++) await control.views.add('alice', { ...view, name: `v${i}` });
  await expect(control.views.add('alice', { ...view, name: 'more' })).rejects.toMatchObject({
    code: 'VIEWS_FULL',
  });
});

it('queries are kept newest first, each once, the last of each page', async () => {
  for (let i = 0; i <= mostSearches; i++) {
    now += 1;
    await control.views.noteSearch('alice', 'alerts', `q${i}`);
  }
  now += 1;
  await control.views.noteSearch('alice', 'alerts', 'q7');
  await control.views.noteSearch('alice', 'events', 'other');
  const kept = await control.views.searches('alice', 'alerts');
  expect([kept.length, kept[0], kept[1], kept.includes('q0')]).toEqual([mostSearches, 'q7', 'q50', false]);
  expect(await control.views.searches('bob', 'alerts')).toEqual([]);
  expect(await control.views.forgetSearches('alice')).toBe(mostSearches + 1);
  expect(await control.views.searches('alice', 'events')).toEqual([]);
});

it('what nobody uses expires, and what was a user’s goes with them', async () => {
  await control.createLoginLink({ user: 'admin' });
  await control.users.save({ id: 'alice', name: 'Alice', roles: ['analyst'] });
  const shared = await control.views.add('alice', { ...view, shared: true });
  await control.views.add('bob', view);
  await control.views.noteSearch('bob', 'alerts', 'q');
  await control.views.setDefault('bob', 'alerts', shared.id);
  now += 2 * day;
  await control.views.list('alice');
  const { views } = control;
  expect(views.due(now - day)).toEqual({ views: 1, searches: 1 });
  expect([await views.expire(now - day), await views.expireSearches(now - day)]).toEqual([1, 1]);
  expect(views.due(now - day)).toEqual({ views: 0, searches: 0 });
  expect(await names('bob')).toEqual([view.name]);
  await control.views.noteSearch('alice', 'alerts', 'q');
  await control.users.remove('alice');
  expect([await names('bob'), await control.views.searches('alice', 'alerts')]).toEqual([[], []]);
});
