import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterAll, expect, it } from 'vitest';
import { openKept } from './kept.ts';
import { createKnownValues, type Row } from './known_values.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidewatch-known-values-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('looks for old values by the age that each entity has of them, in files of before as well', () => {
  const file = join(folder, 'detectors.db');
  openKept(file).close();
  const before = new Libsql(file);
  before.exec('DROP INDEX known_by_age; PRAGMA user_version = 3');
  before.close();
  openKept(file).close();

  const db = new Libsql(file);
  const plans: string[] = [];
  const plan = (sql: string, ...values: unknown[]): Row[] => {
    const steps = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(values) as { detail: string }[];
    plans.push(...steps.map(({ detail }) => detail).filter((detail) => detail.includes(' known')));
    return [{ due: 0 }];
  };
  const known = createKnownValues(plan, plan);
  known.due('network', 5);
  known.expire('network', 5);
  expect(plans).toHaveLength(2);
  for (const step of plans)
    expect(step).toMatch(/^SEARCH known USING .*known_by_age \(entity=\? AND at<\?\)/);
  db.close();
});
