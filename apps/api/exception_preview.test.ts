import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@tidewatch/event';
import { parseDataClasses } from '@tidewatch/store';
import { type DuckDbStore, openDuckDbStore } from '@tidewatch/store/duckdb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { previewOf } from './exception_preview.ts';
import { logonMatch } from './memory.fixture.ts';

const now = Date.UTC(2026, 10, 20, 12);
const scope = { dataClasses: 'all', principal: 'alice' } as const;
const classes = parseDataClasses(`
classes:
  unapproved: { description: Sources without an approved use-case, ttl: 7d, readers: [analyst] }
approvals: []
`);
let directory: string;
let store: DuckDbStore;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tidewatch-preview-'));
  store = await openDuckDbStore({ directory, classes, clock: () => now });
  const made = await store.alerts.apply(
    Array.from({ length: 1_200 }, (_, i) =>
      logonMatch(now - i * 1_000, `${i % 3 === 0 ? 'db' : 'web'}-${i}`, i),
    ),
  );
  const attacks = made.flatMap(({ alert: { id, key } }) =>
    /^(db|web)-(0|1|30)$/.test(key[0]?.value ?? '') ? [{ id }] : [],
  );
  await store.alerts.change(attacks, { action: 'close', reason: 'true_positive' }, scope);
});
afterAll(async () => {
  await store.close();
  rmSync(directory, { recursive: true });
});

const rules = [logonMatch(now, 'x', 0).detector.id];
const hides = (event: JsonObject) => String((event.host as JsonObject).name).startsWith('db-');

it('is exact over all alerts of a rule, in one answer or in many', async () => {
  const exact = { total: 1_200, looked: 1_200, hidden: 400, truePositives: 2, partly: 0, sampled: 0 };
  expect(await previewOf({ rules, hides }, scope, store.alerts)).toEqual(exact);
  const parts = [];
  let after: string | undefined;
  do {
    const part = await previewOf({ rules, hides, after }, scope, store.alerts, 0);
    parts.push(part);
    after = part.next;
  } while (after !== undefined);
  expect(parts.length).toBe(2);
  for (const name of ['looked', 'hidden', 'truePositives'] as const)
    expect(parts.reduce((sum, part) => sum + part[name], 0)).toBe(exact[name]);
  expect(new Set(parts.map(({ total }) => total))).toEqual(new Set([1_200]));
});
