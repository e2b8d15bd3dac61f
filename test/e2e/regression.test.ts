import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has, sharedData } from '../require.ts';
import { eventually, type RunningServer, startServer } from './server.ts';

const sigmahq = join(sharedData, 'sigmahq');

interface Regression {
  readonly rule: string;
  readonly matches: number;
  readonly events: readonly unknown[];
}

/** The rule set's own regression tests: a rule, events, and how often it must match. */
async function regressions(): Promise<Regression[]> {
  const base = join(sigmahq, 'regression_data');
  const files = (await readdir(base, { recursive: true })).filter((file) => file.endsWith('info.yml'));
  return Promise.all(
    files.map(async (file) => {
      const folder = join(base, file, '..');
      const info = await readFile(join(base, file), 'utf8');
      const rule = /rule_metadata:\s*\n\s*- id: (\S+)/.exec(info)?.[1] ?? '';
      const matches = Number(/match_count: (\d+)/.exec(info)?.[1] ?? 1);
      const data = (await readdir(folder)).filter((name) => name.endsWith('.json'));
      const texts = await Promise.all(data.map((name) => readFile(join(folder, name), 'utf8')));
      return { rule, matches, events: texts.flatMap(documents) };
    }),
  );
}

/** One object, or several one after the other, each beginning at the start of a line. */
const documents = (text: string): unknown[] =>
  text
    .trim()
    .split(/\n(?=\{)/)
    .map((document) => JSON.parse(document));

const ruleFolders = [
  'rules',
  'rules-emerging-threats',
  'rules-threat-hunting',
  'rules-compliance',
  'rules-placeholder',
];

/** A list of values for every placeholder that the rules name. */
async function placeholders(): Promise<Record<string, string[]>> {
  const names = new Set<string>();
  for (const folder of ruleFolders) {
    const files = (await readdir(join(sigmahq, folder), { recursive: true })).filter((file) =>
      file.endsWith('.yml'),
    );
    for (const file of files) {
      const text = await readFile(join(sigmahq, folder, file), 'utf8');
      if (text.includes('|expand')) for (const [, name = ''] of text.matchAll(/%([\w-]+)%/g)) names.add(name);
    }
  }
  return Object.fromEntries([...names].map((name) => [name, [`value-of-${name}`]]));
}

describe.runIf(has('sigmahq'))('the rule set’s regression tests through the whole of Tidewatch', () => {
  let server: RunningServer;
  let tests: Regression[];
  beforeAll(async () => {
    tests = await regressions();
    const config = {
      rules: {
        paths: ruleFolders.map((name) => join(sigmahq, name)),
        select: 'all',
        placeholders: await placeholders(),
      },
    };
    // JSON is YAML.
    server = await startServer({ config: JSON.stringify(config) });
  });
  afterAll(() => server.dispose());

  it('loads every rule', async () => {
    const { rules } = await server.api<{ rules: { state: string }[] }>('/api/rules');
    expect(rules.filter(({ state }) => state === 'rejected')).toEqual([]);
    expect(rules.length).toBeGreaterThan(3_700);
  });

  it('finds each one’s rule as often as it must', async () => {
    expect(tests).toHaveLength(100);
    const body = tests
      .flatMap(({ events }) => events.map((event) => `{"create":{}}\n${JSON.stringify(event)}\n`))
      .join('');
    const response = await fetch(`${server.ingest}/regression/_bulk`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body,
    });
    expect(((await response.json()) as { errors: boolean }).errors).toBe(false);
    const { rules } = await eventually(
      () => server.api<{ rules: { id: string; matches: number }[] }>('/api/rules'),
      (list) => missing(tests, list.rules).length === 0,
      30,
    ).catch(() => server.api<{ rules: { id: string; matches: number }[] }>('/api/rules'));
    expect(missing(tests, rules)).toEqual([]);
  });

  it('explains every alert', async () => {
    const { items } = await server.api<{ items: { id: string }[] }>(
      '/api/alerts?from=now-10y&to=now%2B1d&limit=200',
    );
    expect(items.length).toBeGreaterThan(50);
    for (const { id } of items.slice(0, 100)) {
      const alert = await server.api<{ summary: string; matches: { explanation: { items: unknown[] } }[] }>(
        `/api/alerts/${id}`,
      );
      expect(alert.matches[0]?.explanation.items.length, alert.summary).toBeGreaterThan(0);
    }
  });
});

const missing = (tests: readonly Regression[], rules: readonly { id: string; matches: number }[]) => {
  const found = new Map(rules.map(({ id, matches }) => [id, matches]));
  return tests.filter(({ rule, matches }) => (found.get(rule) ?? 0) < matches).map(({ rule }) => rule);
};
