import { expect, it } from 'vitest';
import { keepLedger } from '../e2e/ledger.ts';

/** Mulberry32, so that a failing run can be run again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const rounds = 100;

it.each([1, 2])(
  'kill -9 at 20 random points, seed %i: nothing acknowledged is lost or doubled',
  async (seed) => {
    const next = random(seed);
    const kills = new Map<number, number>();
    while (kills.size < 20) kills.set(Math.floor(next() * rounds), next() * 60);
    const total = rounds * 400;
    const { acknowledged, crashes, stored } = await keepLedger(total, kills);
    expect([acknowledged, crashes]).toEqual([total, 20]);
    expect([...stored].filter(([, count]) => count !== 1)).toEqual([]);
    expect(stored.size).toBe(total);
  },
);
