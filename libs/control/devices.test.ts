import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openControlStore } from './index.ts';

const day = 86_400_000;

it('browsers are known to whom they belong, the ten used last, for half a year', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tidewatch-devices-'));
  let now = Date.UTC(2026, 0, 5, 8);
  const control = openControlStore({ file: join(directory, 'control.db'), clock: () => now });
  for (const id of ['admin', 'alice']) await control.users.save({ id, name: id, roles: ['admin'] });
  const { add, knows } = control.devices;
  const first = await add('alice');
  expect([await knows('alice', first), await knows('admin', first), await knows('alice', 'x')]).toEqual([
    true,
    false,
    false,
  ]);
  now += 179 * day;
  expect(await knows('alice', first)).toBe(true);
  now += 179 * day;
  const others = [];
  for (let i = 0; i < 10; i++) others.push(await add('alice'));
  expect([await knows('alice', first), await knows('alice', others[0] ?? '')]).toEqual([false, true]);
  now += 180 * day;
  expect(await knows('alice', others[0] ?? '')).toBe(false);
  await control.close();
  rmSync(directory, { recursive: true });
});
