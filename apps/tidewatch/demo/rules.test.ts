import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { has, root, sharedData } from '../../../test/require.ts';

const folder = join(root, 'rules');
const files = (await readdir(folder, { recursive: true }))
  .filter((file) => /(?<!\.test)\.yml$/.test(file))
  .sort();
const rules = await Promise.all(
  files.map(async (file) => ({ file, rule: parse(await readFile(join(folder, file), 'utf8')) as Rule })),
);

interface Rule {
  readonly title: string;
  readonly id: string;
  readonly name?: string;
  readonly author: string;
  readonly references: readonly string[];
  readonly tags: readonly string[];
  readonly falsepositives: readonly string[];
  readonly correlation?: { readonly rules: readonly string[] };
}

describe('the shipped rules', () => {
  it.each(rules)('$file is complete and Tidewatch’s own', ({ rule }) => {
    expect(rule.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(rule).toMatchObject({
      author: 'Tidewatch',
      description: expect.any(String),
      level: expect.any(String),
    });
    expect(rule.falsepositives.length).toBeGreaterThan(0);
    for (const text of rule.falsepositives) expect(text).toBeTypeOf('string');
    const techniques = rule.tags.filter((tag) => /^attack\.t\d/.test(tag));
    expect(rule.references).toEqual(
      techniques.map(
        (tag) => `https://attack.mitre.org/techniques/${tag.slice(7).toUpperCase().replace('.', '/')}/`,
      ),
    );
  });

  it('have ids, names and titles of their own, and correlations that name existing rules', () => {
    const singles = rules.filter(({ rule }) => rule.correlation === undefined);
    expect(singles.length).toBeGreaterThanOrEqual(20);
    for (const key of ['id', 'title', 'name'] as const) {
      const values = rules.flatMap(({ rule }) => (rule[key] === undefined ? [] : [rule[key]]));
      expect(new Set(values).size).toBe(values.length);
    }
    const names = new Set(rules.map(({ rule }) => rule.name));
    const named = rules.flatMap(({ rule }) => rule.correlation?.rules ?? []);
    expect(named.filter((name) => !names.has(name))).toEqual([]);
    expect(named.length).toBeGreaterThan(5);
  });

  it.runIf(has('attack'))('use techniques and tactics that ATT&CK knows', async () => {
    const path = join(sharedData, 'attack/enterprise.json');
    const attack = JSON.parse(await readFile(path, 'utf8')) as {
      tactics: { shortname: string }[];
      techniques: { id: string }[];
    };
    const known = new Set([
      ...attack.tactics.map(({ shortname }) => `attack.${shortname}`),
      ...attack.techniques.map(({ id }) => `attack.${id.toLowerCase()}`),
    ]);
    const unknown = rules.flatMap(({ rule }) => rule.tags.filter((tag) => !known.has(tag)));
    expect(unknown).toEqual([]);
  });
});
