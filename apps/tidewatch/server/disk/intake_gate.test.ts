import { createMetrics } from '@tidewatch/telemetry';
import { expect, it } from 'vitest';
import { createIntakeGate, type Standings } from './intake_gate.ts';

const metrics = createMetrics({ process: false });
const store = (name: 'events' | 'dead_letters' | 'alerts', standing: Standings['standing']): Standings => ({
  row: {
    store: name,
    held: 90,
    budget: 100 + 86_400 * 10,
    slows: name === 'events' ? 'intake' : name === 'alerts' ? 'nobody' : 'dead letters',
  },
  standing,
});
const records = [{ bytes: Buffer.alloc(1_000) }] as never;

function gateOf(...stores: Standings[]) {
  let now = 0;
  const gate = createIntakeGate(
    () => stores,
    metrics,
    () => now,
  );
  const accept = gate.slowed(async () => [{ status: 'accepted', id: '1' }]);
  const letters = gate.slowedLetters({ name: 'dead-letters', append: async () => [] } as never);
  return {
    gate,
    wait: (ms: number) => {
      now += ms;
    },
    accept: () => accept('a', records),
    letter: () => letters.append([{ key: '', value: Buffer.alloc(9) }]),
  };
}

it('is open to the high watermark, and to what waiting would not help', async () => {
  const { gate, accept } = gateOf(store('events', 'low'), store('alerts', 'full'));
  expect(gate.state('intake')).toEqual({ state: 'open' });
  await expect(accept()).resolves.toHaveLength(1);
});

it('spreads what is left over a day above the high watermark', async () => {
  const { gate, accept, wait } = gateOf(store('events', 'high'));
  expect(gate.state('intake')).toMatchObject({ state: 'slowed', reasons: ['events'] });
  expect(gate.state('intake')).toHaveProperty('bytesPerSecond', 10 + 10 / 86_400);
  await expect(accept()).rejects.toMatchObject({ status: 429, details: { retryAfter: 5 } });
  wait(1_000);
  await expect(accept()).resolves.toHaveLength(1);
  // 1,000 bytes at 10 a second.
  wait(50_000);
  await expect(accept()).rejects.toMatchObject({ status: 429, details: { retryAfter: 50 } });
  wait(60_000);
  await expect(accept()).resolves.toHaveLength(1);
});

it('refuses everything at the budget, and counts it', async () => {
  const { accept } = gateOf(store('events', 'full'));
  const before = await metrics.value('intake_refused_total', { store: 'events' });
  await expect(accept()).rejects.toMatchObject({ code: 'INTAKE_SLOWED', details: { stores: 'events' } });
  expect(await metrics.value('intake_refused_total', { store: 'events' })).toBe(before + 1);
});

it('refuses only what would become a dead letter where those are too many', async () => {
  const { accept, letter } = gateOf(store('dead_letters', 'full'));
  await expect(accept()).resolves.toHaveLength(1);
  await expect(letter()).rejects.toMatchObject({ code: 'INTAKE_SLOWED' });
});
