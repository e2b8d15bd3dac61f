import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CaseReader, type ControlStore, mostAlertsInCase, openControlStore } from './index.ts';

const minute = 60_000;
let directory: string;
let control: ControlStore;
let now: number;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidewatch-cases-'));
  now = Date.UTC(2026, 0, 5, 8);
  control = openControlStore({ file: join(directory, 'control.db'), clock: () => now });
});
afterEach(async () => {
  await control.close();
  rmSync(directory, { recursive: true });
});

const alice: CaseReader = { principal: 'alice', dataClasses: 'all' };
const webOnly: CaseReader = { principal: 'bob', dataClasses: ['web'] };
const ref = (id: string, dataClass = 'web') => ({ id, dataClass });
const fields = { title: 'Guessed passwords', severity: 'high', owner: null } as const;
const open = (alerts = [ref('a1')], by = 'alice') => control.cases.open({ ...fields, alerts }, by);
const alertIds = async (id: string) =>
  (await control.cases.alerts(id, { limit: 100 }, alice)).items.map((alert) => alert.id);
const undo = (change: string | undefined, reader = alice) => control.cases.undo(change ?? '', reader);

describe('cases', () => {
  it('are opened, changed, and remember who did what', async () => {
    const { case: opened } = await open();
    expect(opened).toMatchObject({ ...fields, status: 'open', createdBy: 'alice', version: 1, alerts: 1 });
    now += minute;
    const set = { status: 'in_progress', owner: 'bob', title: fields.title } as const;
    const { case: changed } = await control.cases.change(opened.id, { version: 1, set }, alice);
    expect(changed).toMatchObject({ status: 'in_progress', owner: 'bob', version: 2, updatedAt: now });
    await control.cases.note(opened.id, 'asked web1’s owner', webOnly);
    expect(await control.cases.history(opened.id, alice)).toMatchObject([
      { action: 'opened', by: 'alice', detail: { alerts: 1 } },
      { action: 'changed', detail: { fields: { status: ['open', 'in_progress'], owner: [null, 'bob'] } } },
      { action: 'noted', by: 'bob', detail: { note: 'asked web1’s owner' } },
    ]);
  });

  it('lose no change to another that did not see it', async () => {
    const { id } = (await open()).case;
    await control.cases.add(id, [ref('a2')], alice);
    await control.cases.note(id, 'joins without a version', alice);
    const set = { severity: 'low' } as const;
    await control.cases.change(id, { version: 1, set }, alice);
    await expect(
      control.cases.change(id, { version: 1, set: { severity: 'critical' } }, webOnly),
    ).rejects.toMatchObject({ code: 'CASE_CHANGED', details: { version: 2 } });
    expect((await control.cases.get(id, alice)).severity).toBe('low');
  });

  it('take an alert once, up to as many as they hold', async () => {
    const { id } = (await open()).case;
    expect(await control.cases.add(id, [ref('a1'), ref('a2')], alice)).toMatchObject({ added: 1 });
    expect(await control.cases.add(id, [ref('a2')], alice)).not.toHaveProperty('changeId');
    const many = Array.from({ length: mostAlertsInCase - 1 }, (_, i) => ref(`m${i}`));
    await expect(control.cases.add(id, many, alice)).rejects.toMatchObject({ code: 'CASE_FULL' });
    expect(await alertIds(id)).toEqual(['a1', 'a2']);
    expect((await control.cases.get(id, alice)).alerts).toBe(2);
  });

  it('are read page by page, changed last first, also those of one alert', async () => {
    const ids: string[] = [];
    for (const alert of ['a1', 'a2', 'a1', 'a1']) ids.push((await open([ref(alert)])).case.id);
    now += minute;
    await control.cases.note(ids[0] ?? '', 'again', alice);
    const seen: string[] = [];
    for (let after: string | undefined; ; ) {
      const page = await control.cases.list({ limit: 1, ...(after && { after }), alert: 'a1' }, alice);
      seen.push(...page.items.map(({ id }) => id));
      after = page.next;
      if (after === undefined) break;
    }
    expect(seen[0]).toBe(ids[0]);
    expect([...seen].sort()).toEqual([ids[0], ids[2], ids[3]].sort());
    const { items } = await control.cases.list({ limit: 10, after: 'nonsense' }, alice);
    expect(items).toHaveLength(4);
  });

  it('are hidden from who sees none of their alerts, and did not open and does not own them', async () => {
    const hidden = (await open([ref('s', 'system')])).case;
    const mixed = (await open([ref('s', 'system'), ref('w')])).case;
    const empty = (await open([])).case;
    const own = (await open([ref('s', 'system')], 'bob')).case;
    const found = (await control.cases.list({ limit: 10 }, webOnly)).items.map(({ id }) => id);
    expect(found.sort()).toEqual([mixed.id, empty.id, own.id].sort());
    const attempts = [
      control.cases.get(hidden.id, webOnly),
      control.cases.history(hidden.id, webOnly),
      control.cases.alerts(hidden.id, { limit: 1 }, webOnly),
      control.cases.note(hidden.id, 'x', webOnly),
      control.cases.add(hidden.id, [ref('w')], webOnly),
      control.cases.change(hidden.id, { version: 1, set: { title: 'x' } }, webOnly),
    ];
    for (const attempt of attempts) await expect(attempt).rejects.toMatchObject({ code: 'CASE_UNKNOWN' });
    expect(await control.cases.remove(mixed.id, ['s', 'w'], webOnly)).toMatchObject({ removed: 1 });
    expect(await alertIds(mixed.id)).toEqual(['s']);
  });

  it('and all that was said in them go when nobody changed them for so long', async () => {
    const { id } = (await open()).case;
    now += minute;
    const { case: kept } = await open();
    expect(control.cases.due(now)).toBe(1);
    expect(await control.cases.expire(now)).toBe(1);
    await expect(control.cases.history(id, alice)).rejects.toMatchObject({ code: 'CASE_UNKNOWN' });
    expect((await control.cases.list({ limit: 10, alert: 'a1' }, alice)).items).toEqual([kept]);
  });
});

describe('a change of a case', () => {
  it('of each kind is taken back', async () => {
    const { id } = (await open([ref('a1'), ref('a2')])).case;
    const added = await control.cases.add(id, [ref('a3')], alice);
    await control.cases.add(id, [ref('a4')], alice, added.changeId);
    const removed = await control.cases.remove(id, ['a1'], alice);
    const noted = await control.cases.note(id, 'a secret said by mistake', alice);
    const set = { status: 'closed', title: 'Other' } as const;
    const changed = await control.cases.change(id, { version: 1, set }, alice);
    await control.cases.closedWith(changed.changeId ?? '', {
      ...{ reason: 'duplicate', alerts: 3, changes: ['c1'] },
    });
    expect(await alertIds(id)).toEqual(['a2', 'a3', 'a4']);
    expect(await undo(changed.changeId)).toMatchObject({
      case: { status: 'open', title: fields.title, version: 3 },
      alertChanges: ['c1'],
    });
    for (const { changeId } of [added, removed, noted]) await undo(changeId);
    expect(await alertIds(id)).toEqual(['a1', 'a2']);
    const history = await control.cases.history(id, alice);
    expect(history.map(({ undone }) => undone)).toEqual([false, true, true, true, true]);
    expect(JSON.stringify(history)).not.toContain('secret');
    await expect(undo(added.changeId)).rejects.toMatchObject({ code: 'CASE_CHANGE_UNDONE' });
    await expect(control.cases.add(id, [ref('a5')], alice, added.changeId)).rejects.toMatchObject({
      code: 'CASE_CHANGE_UNDONE',
    });
  });

  it('that opened it takes it away, unless somebody worked on it', async () => {
    const first = await open();
    expect(await undo(first.changeId)).toEqual({ alertChanges: [] });
    await expect(control.cases.get(first.case.id, alice)).rejects.toMatchObject({ code: 'CASE_UNKNOWN' });
    const second = await open();
    await control.cases.note(second.case.id, 'mine', webOnly);
    await expect(undo(second.changeId)).rejects.toMatchObject({ code: 'CASE_CHANGED' });
  });

  it('stays where somebody changed the same since, where another made it, and after ten minutes', async () => {
    const { id } = (await open()).case;
    const first = await control.cases.change(id, { version: 1, set: { title: 'B' } }, alice);
    await expect(undo(first.changeId, webOnly)).rejects.toMatchObject({ code: 'CASE_CHANGE_UNKNOWN' });
    const second = await control.cases.change(id, { version: 2, set: { title: 'C' } }, alice);
    await expect(undo(first.changeId)).rejects.toMatchObject({ code: 'CASE_CHANGED' });
    now += 10 * minute + 1;
    await expect(undo(second.changeId)).rejects.toMatchObject({ code: 'CASE_CHANGE_UNKNOWN' });
    expect((await control.cases.get(id, alice)).title).toBe('C');
  });
});
