import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Libsql from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControlStore, openControlStore } from './index.ts';

let directory: string;
let file: string;
let now: number;
let control: ControlStore;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidewatch-audit-'));
  file = join(directory, 'control.db');
  now = 1_000;
  control = openControlStore({ file, clock: () => now++ });
});
afterEach(async () => {
  await control.close();
  rmSync(directory, { recursive: true });
});

const write = (count: number, target = 'host:db-1') =>
  Promise.all(
    Array.from({ length: count }, (_, i) =>
      control.audit.append({
        who: i % 2 === 0 ? 'ann' : 'ben',
        action: 'events.search',
        target,
        detail: { q: `n: ${i}` },
      }),
    ),
  );

function tamper(sql: string): void {
  const db = new Libsql(file);
  db.exec(sql);
  db.close();
}

describe('the chain', () => {
  it('verifies what was written, in its order, over many turns', async () => {
    for (let i = 0; i < 5; i++) await write(300);
    const head = await control.audit.head();
    expect(head.seq).toBe(1500);
    expect(await control.audit.verify(head)).toEqual({ ok: true, rows: 1500, head });
    const { items } = await control.audit.read({ limit: 3 });
    expect(items.map(({ seq, detail }) => [seq, detail])).toEqual([
      [1500, { q: 'n: 299' }],
      [1499, { q: 'n: 298' }],
      [1498, { q: 'n: 297' }],
    ]);
  });

  it.each([
    '',
    '\u0000nul',
    'half \ud800 surrogate',
    'x'.repeat(2_000),
    '😀'.repeat(600),
    "'; DROP TABLE audit; --",
  ])('holds for any target (%#)', async (target) => {
    await control.audit.append({
      who: target,
      action: 'a',
      target,
      detail: { target, deep: [null, true, 1.5] },
    });
    await write(2);
    expect(await control.audit.verify()).toMatchObject({ ok: true, rows: 3 });
    expect((await control.audit.read({ limit: 3 })).items[2]?.detail).toEqual({
      target,
      deep: [null, true, 1.5],
    });
  });

  it.each([
    ['a changed detail', `UPDATE audit SET detail = '{"q":"harmless"}' WHERE seq = 7`, 7],
    ['a changed name', `UPDATE audit SET who = 'ben' WHERE seq = 7`, 7],
    ['a changed time', `UPDATE audit SET at = at + 1 WHERE seq = 7`, 7],
    ['a changed hash', `UPDATE audit SET hash = hash || '0' WHERE seq = 7`, 7],
    ['a missing row', `DELETE FROM audit WHERE seq = 7`, 7],
    ['a cut tail', `DELETE FROM audit WHERE seq > 6`, 7],
    ['a cut head', `DELETE FROM audit WHERE seq < 7`, 1],
    [
      'swapped rows',
      `UPDATE audit SET seq = 99 WHERE seq = 7; UPDATE audit SET seq = 7 WHERE seq = 8; UPDATE audit SET seq = 8 WHERE seq = 99`,
      7,
    ],
    [
      'a row put behind the end',
      `INSERT INTO audit SELECT 11, at, who, action, target, detail, hash FROM audit WHERE seq = 3`,
      11,
    ],
  ])('finds %s', async (_what, sql, brokenAt) => {
    await write(10);
    tamper(sql);
    expect(await control.audit.verify()).toMatchObject({ ok: false, brokenAt });
  });

  it('finds a tail cut together with the head, where the head was shipped elsewhere', async () => {
    await write(10);
    const shipped = await control.audit.head();
    const sixth = (await control.audit.read({ limit: 1, before: 7 })).items[0];
    tamper(
      `DELETE FROM audit WHERE seq > 6; UPDATE audit_chain SET head_seq = 6, head_hash = '${sixth?.hash}'`,
    );
    expect(await control.audit.verify()).toMatchObject({ ok: true, rows: 6 });
    expect(await control.audit.verify(shipped)).toMatchObject({ ok: false, brokenAt: 7 });
    await write(4, 'rewritten');
    expect(await control.audit.verify(shipped)).toMatchObject({ ok: false, brokenAt: 10 });
  });

  it('finds a log written anew that claims to have been pruned, where a head was shipped elsewhere', async () => {
    await write(4);
    const shipped = await control.audit.head();
    tamper(
      `DELETE FROM audit; UPDATE audit_chain SET start_seq = 4, start_hash = 'x', head_seq = 4, head_hash = 'x'`,
    );
    expect(await control.audit.verify(shipped)).toMatchObject({ ok: false, brokenAt: 4 });
    await write(1);
    expect(await control.audit.verify(shipped)).toMatchObject({ ok: false, brokenAt: 4 });
    tamper(
      `DELETE FROM audit; UPDATE audit_chain SET start_seq = 5, start_hash = 'x', head_seq = 5, head_hash = 'x'`,
    );
    expect(await control.audit.verify(shipped)).toMatchObject({ ok: false, brokenAt: 4 });
    expect(await control.audit.verify()).toMatchObject({ ok: true });
  });

  it('goes on over pruned rows', async () => {
    await write(1_200);
    const { items } = await control.audit.read({ limit: 1, before: 1_102 });
    expect(await control.audit.due(items[0]?.at ?? 0)).toBe(1_100);
    expect(await control.audit.prune(items[0]?.at ?? 0)).toBe(1_100);
    expect(await control.audit.verify()).toMatchObject({ ok: true, rows: 100 });
    expect(await control.audit.due(0)).toBe(0);
    expect(await control.audit.prune(0)).toBe(0);
    expect(await control.audit.prune(now)).toBe(100);
    await write(1);
    expect(await control.audit.verify()).toMatchObject({ ok: true, rows: 1, head: { seq: 1_201 } });
  });

  it('are no older for having been written while the clock was ahead', async () => {
    now = 1_000_000;
    await write(1_200);
    now = 2_000;
    await write(3);
    expect(await control.audit.due(2_002)).toBe(1_202);
    expect(await control.audit.prune(2_002)).toBe(1_202);
  });

  it.each([0.7, 1])('holds while %d of the rows are pruned', async (part) => {
    await write(1_500);
    const { items } = await control.audit.read({ limit: 1, before: 1_500 * part + 1 });
    const verdict = control.audit.verify();
    await control.audit.prune((items[0]?.at ?? 0) + 1);
    expect(await verdict).toMatchObject({ ok: true, head: { seq: 1_500 } });
  });
});

describe('reading', () => {
  it('pages newest first and filters by who and action', async () => {
    await write(25);
    await control.audit.append({ who: 'ann', action: 'alerts.actions', target: 'a', detail: null });
    const seen: number[] = [];
    let before: number | undefined;
    do {
      const page = await control.audit.read({
        limit: 10,
        who: 'ann',
        ...(before === undefined ? {} : { before }),
      });
      seen.push(...page.items.map(({ seq }) => seq));
      before = page.next;
    } while (before !== undefined);
    expect(seen).toEqual([26, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1]);
    const { items } = await control.audit.read({ limit: 10, action: 'alerts.actions' });
    expect(items.map(({ seq }) => seq)).toEqual([26]);
  });

  it('finds what is rare, by kind, target and time, and lets other work have its turn', async () => {
    await write(1);
    await write(4_500, 'host:db-2');
    const find = async (search: object) =>
      (await control.audit.read({ limit: 1_000, ...search })).items.map(({ seq }) => seq);
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    expect(await find({ target: 'host:db-1' })).toEqual([1]);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    expect(await find({ action: 'events.*', from: 1_002, to: 1_004 })).toEqual([4, 3]);
    expect(await find({ action: 'events.s', target: 'host:db-1' })).toEqual([]);
    expect(await find({ action: '[e]vents.*', target: 'host:db-1' })).toEqual([]);
  });
});

describe('a killed process', () => {
  it('loses nothing that was answered', async () => {
    const script = `
      import { openControlStore } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};
      const { audit } = openControlStore({ file: ${JSON.stringify(join(directory, 'killed.db'))} });
      for (let i = 0; ; i += 3) {
        await Promise.all([i, i + 1, i + 2].map((n) => audit.append({ who: 'w', action: 'a', target: 't', detail: n })));
        console.log(i + 3);
      }`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let acknowledged = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line);
      if (acknowledged >= 150 && !child.killed) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    const reopened = openControlStore({ file: join(directory, 'killed.db') });
    const verdict = await reopened.audit.verify();
    await reopened.close();
    expect(acknowledged).toBeGreaterThanOrEqual(150);
    expect(verdict).toMatchObject({ ok: true });
    expect(verdict.ok && verdict.rows).toBeGreaterThanOrEqual(acknowledged);
    expect(verdict.ok && verdict.rows % 3).toBe(0);
  });
});
